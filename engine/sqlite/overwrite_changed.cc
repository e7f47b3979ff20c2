#include "engine/sqlite/overwrite_changed.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <thread>
#include <vector>

#include "engine/base/kill_point.h"
#include "engine/sqlite/header.h"
#include "engine/sqlite/holders.h"
#include "engine/sqlite/rollback_journal.h"

namespace muster {
namespace {

constexpr std::size_t compared_at_once = std::size_t{1} << 20U;  // a multiple of every page size
constexpr std::chrono::milliseconds between_tries{20};

/// Where they stand in the header (https://sqlite.org/fileformat.html#the_database_header).
constexpr std::size_t format_at = 18, counter_at = 24, page_count_at = 28, cookie_at = 40,
                      valid_for_at = 92;

std::uint32_t number_at(std::span<const std::byte> page, std::size_t offset) {
    return big_endian(page.subspan(offset, 4));
}

void put_number(std::span<std::byte> page, std::size_t offset, std::uint32_t number) {
    for (std::size_t i = 4; i-- > 0; number >>= 8U)
        page[offset + i] = static_cast<std::byte>(number & 0xffU);
}

/// SQLite's own handle on the file of a connection: one of another descriptor would drop its locks
/// when it is closed.
class LockedFile {
public:
    static Result<LockedFile> of(Connection& connection) {
        sqlite3_file* file = nullptr;
        const int code =
            sqlite3_file_control(connection.handle(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
        if (code != SQLITE_OK || file == nullptr)
            return Failure(connection.error(code, "get the file of"));
        return LockedFile{file, connection.path()};
    }

    Result<std::uint64_t> size() const {
        sqlite3_int64 bytes = 0;
        MUSTER_CHECK(done(file_->pMethods->xFileSize(file_, &bytes), "examine"));
        return static_cast<std::uint64_t>(bytes);
    }
    Result<> read(std::uint64_t offset, std::span<std::byte> into) const {
        return done(file_->pMethods->xRead(file_, into.data(), static_cast<int>(into.size()),
                                           static_cast<sqlite3_int64>(offset)),
                    "read");
    }
    Result<> write(std::uint64_t offset, std::span<const std::byte> from) const {
        return done(file_->pMethods->xWrite(file_, from.data(), static_cast<int>(from.size()),
                                            static_cast<sqlite3_int64>(offset)),
                    "write");
    }
    Result<> cut(std::uint64_t bytes) const {
        return done(file_->pMethods->xTruncate(file_, static_cast<sqlite3_int64>(bytes)), "cut");
    }
    Result<> sync() const {
        return done(file_->pMethods->xSync(file_, SQLITE_SYNC_NORMAL), "sync");
    }
    /// false: somebody reads.
    Result<bool> lock_readers_out() const {
        const int code = file_->pMethods->xLock(file_, SQLITE_LOCK_EXCLUSIVE);
        if ((code & 0xff) == SQLITE_BUSY) return false;
        MUSTER_CHECK(done(code, "lock"));
        return true;
    }

private:
    LockedFile(sqlite3_file* file, fs::path path) : file_(file), path_(std::move(path)) {}
    Result<> done(int code, std::string_view doing) const {
        if (code == SQLITE_OK) return {};
        return Failure(sqlite_error(nullptr, code, path_, doing));
    }

    sqlite3_file* file_;
    fs::path path_;
};

/// One call of overwrite_changed.
class Overwriting {
public:
    Overwriting(File from, LockedFile target, const fs::path& path, const OverwriteOptions& options)
        : from_(std::move(from)), target_(std::move(target)), path_(path), options_(options) {}

    /// Somebody else may still read.
    Result<> compare() {
        MUSTER_TRY(const auto from_size, from_.size());
        MUSTER_TRY(const auto target_size, target_.size());
        std::vector<std::byte> wanted(compared_at_once), there(compared_at_once);
        MUSTER_TRY(const auto begin, from_.read_at(0, wanted));
        const auto header = parse_header(std::span{wanted}.first(begin));
        if (!header)
            return fail(ErrorCode::not_a_database,
                        fmt::format("{} has no database header", from_.path().string()),
                        "choose another backup");
        page_size_ = header->page_size;
        lock_page_ = header->lock_page();
        pages_ = static_cast<std::uint32_t>(header->pages(from_size.count));
        former_pages_ = static_cast<std::uint32_t>(target_size / page_size_);
        MUSTER_CHECK(make_first_page());
        const auto shared = std::min(pages_, former_pages_);
        const auto at_once = static_cast<std::uint32_t>(compared_at_once / page_size_);
        for (std::uint32_t first = 1; first <= shared; first += at_once) {
            const auto count = std::min(at_once, shared - first + 1);
            const auto bytes = std::size_t{count} * page_size_;
            MUSTER_CHECK(read_from(first, std::span{wanted}.first(bytes)));
            MUSTER_CHECK(target_.read(offset_of(first), std::span{there}.first(bytes)));
            for (std::uint32_t i = 0; i < count; ++i)
                if (std::memcmp(&wanted[std::size_t{i} * page_size_],
                                &there[std::size_t{i} * page_size_], page_size_) != 0)
                    add(first + i);
            if (options_.progress)
                MUSTER_CHECK(options_.progress(offset_of(first), offset_of(pages_ + 1)));
        }
        for (auto page = shared + 1; page <= pages_; ++page) add(page);
        return {};
    }

    Result<> journal() {
        MUSTER_TRY(const auto owner, status_of(path_));
        MUSTER_TRY(journal_, RollbackJournal::create(path_, owner, page_size_, former_pages_));
        std::vector<std::byte> page(page_size_);
        const auto keep = [&](std::uint32_t number) -> Result<> {
            MUSTER_CHECK(target_.read(offset_of(number), page));
            return journal_->add(number, page);
        };
        for (const auto number : changed_)
            if (number <= former_pages_) MUSTER_CHECK(keep(number));
        for (auto number = pages_ + 1; number <= former_pages_; ++number)
            if (number != lock_page_) MUSTER_CHECK(keep(number));
        return journal_->complete();
    }

    Result<> lock_readers_out(const std::function<Error()>& locked_out) const {
        const auto deadline = std::chrono::steady_clock::now() + options_.wait;
        for (;;) {
            MUSTER_TRY(const bool locked, target_.lock_readers_out());
            if (locked) return {};
            if (std::chrono::steady_clock::now() >= deadline) return Failure(locked_out());
            std::this_thread::sleep_for(between_tries);
        }
    }

    Result<> write() {
        kill_point("overwrite.journaled");
        std::vector<std::byte> page(page_size_);
        for (const auto number : changed_) {
            MUSTER_CHECK(read_from(number, page));
            MUSTER_CHECK(target_.write(offset_of(number), page));
            if (options_.progress)
                MUSTER_CHECK(options_.progress(offset_of(number), offset_of(pages_ + 1)));
        }
        if (pages_ < former_pages_) MUSTER_CHECK(target_.cut(offset_of(pages_ + 1)));
        MUSTER_CHECK(target_.sync());
        if (options_.progress)
            MUSTER_CHECK(options_.progress(offset_of(pages_ + 1), offset_of(pages_ + 1)));
        kill_point("overwrite.written");
        return journal_->remove();
    }

    /// Where nothing was written yet.
    void drop_journal() {
        if (journal_) static_cast<void>(journal_->remove());
    }

private:
    std::uint64_t offset_of(std::uint32_t page) const {
        return (page - std::uint64_t{1}) * page_size_;
    }
    void add(std::uint32_t page) {
        if (page != lock_page_) changed_.push_back(page);
    }

    /// Others see by the change counter that what they know of the pages is over, by the schema
    /// cookie that their statements are; how the journal is kept stays as the target has it.
    Result<> make_first_page() {
        first_.resize(page_size_);
        std::vector<std::byte> former(page_size_);
        MUSTER_TRY(const auto count, from_.read_at(0, first_));
        MUSTER_CHECK(target_.read(0, former));
        if (count < first_.size())
            return fail(ErrorCode::damaged,
                        fmt::format("{} ends within its first page", from_.path().string()),
                        "choose another backup");
        std::copy_n(former.begin() + format_at, 2, first_.begin() + format_at);
        const auto counter = number_at(former, counter_at) + 1;
        put_number(first_, counter_at, counter);
        put_number(first_, valid_for_at, counter);
        put_number(first_, page_count_at, pages_);
        put_number(first_, cookie_at, number_at(former, cookie_at) + 1);
        return {};
    }

    Result<> read_from(std::uint32_t page, std::span<std::byte> into) const {
        MUSTER_TRY(const auto count, from_.read_at(offset_of(page), into));
        if (count < into.size())
            return fail(ErrorCode::damaged,
                        fmt::format("{} ends before its page {}", from_.path().string(), pages_),
                        "choose another backup");
        if (page == 1) std::ranges::copy(first_, into.begin());
        return {};
    }

    File from_;
    LockedFile target_;
    const fs::path& path_;
    const OverwriteOptions& options_;
    std::uint32_t page_size_ = 0, lock_page_ = 0, pages_ = 0, former_pages_ = 0;
    std::vector<std::byte> first_;  ///< the page 1 to be
    std::vector<std::uint32_t> changed_;
    std::optional<RollbackJournal> journal_;
};

}  // namespace

Result<bool> has_comparable_pages(Connection& target, const fs::path& from) {
    MUSTER_TRY(const auto mode, target.query_value("PRAGMA journal_mode"));
    if (mode != "delete" && mode != "truncate" && mode != "persist") return false;
    MUSTER_TRY(const auto file, File::open_read(from));
    MUSTER_TRY(const auto wanted, read_header(file));
    MUSTER_TRY(const auto page_size, target.query_integer("PRAGMA page_size"));
    MUSTER_TRY(const auto there, LockedFile::of(target));
    MUSTER_TRY(const auto bytes, there.size());
    return wanted && wanted->page_size == page_size && bytes != 0 &&
           bytes % static_cast<std::uint64_t>(page_size) == 0;
}

Result<> overwrite_changed(const fs::path& from, Connection target,
                           const OverwriteOptions& options) {
    const auto path = target.path();
    MUSTER_TRY(auto file, File::open_read(from));
    MUSTER_TRY(auto there, LockedFile::of(target));
    Overwriting work{std::move(file), std::move(there), path, options};
    const auto locked_out = [&] { return stayed_locked(path, options.wait); };
    const auto began = target.run("BEGIN IMMEDIATE");
    if (!began)
        return began.error().code == ErrorCode::exclusive_holder ? Result<>{Failure(locked_out())}
                                                                 : began;
    auto prepared = [&]() -> Result<> {
        // It was asked before the lock was held.
        MUSTER_TRY(const bool comparable, has_comparable_pages(target, from));
        if (!comparable)
            return fail(ErrorCode::exclusive_holder,
                        fmt::format("somebody changed how {} is kept; nothing has changed in it",
                                    path.string()),
                        "try again");
        if (options.locked) MUSTER_CHECK(options.locked());
        MUSTER_CHECK(work.compare());
        MUSTER_CHECK(work.journal());
        return work.lock_readers_out(locked_out);
    }();
    if (!prepared) {
        work.drop_journal();
        return prepared;
    }
    if (auto written = work.write(); !written) {
        // SQLite rolls it back as it would after a crash, for whoever opens it next: for us.
        { const auto gone = std::move(target); }
        MUSTER_TRY(auto again, Connection::open(path, OpenMode::read_write, options.wait));
        static_cast<void>(again.query_integer("SELECT count(*) FROM sqlite_schema"));
        return written;
    }
    return target.run("ROLLBACK");  // of nothing: it gives the lock back
}

}  // namespace muster
