#include "engine/sqlite/copy.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "engine/sqlite/copy_error.h"

namespace muster {
namespace {

using Clock = std::chrono::steady_clock;
using Nanoseconds = std::chrono::nanoseconds;

constexpr std::int64_t chunk_bytes = std::int64_t{4} << 20U;
constexpr int attempts_beside_wal_starters = 20;

/// Why a copy ended without an Error and without being done: it is tried again by another way.
enum class End { done, too_slow, changed };

/// The destination until it is kept: a failed copy leaves nothing.
class NewFile {
public:
    static Result<NewFile> create(const fs::path& path) {
        MUSTER_CHECK(File::create(path));
        return NewFile{path};
    }
    NewFile(NewFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}
    NewFile& operator=(NewFile&&) = delete;
    ~NewFile() {
        std::error_code ignored;
        if (!path_.empty()) fs::remove(path_, ignored);
    }

    Result<Bytes> keep() {
        MUSTER_TRY(const auto status, status_of(path_));
        path_.clear();
        return status.size;
    }

private:
    explicit NewFile(fs::path path) : path_(std::move(path)) {}
    fs::path path_;
};

/// The page copier: SQLite's backup of one Source into one new file.
class PageCopy {
public:
    static Result<PageCopy> begin(Source& source, const fs::path& destination) {
        MUSTER_TRY(auto target, Connection::open(destination, OpenMode::read_write));
        // Nobody else sees the file before it is whole: a journal and syncs would protect nothing.
        // MEMORY, for a defensive connection ignores OFF, and a kill would leave its journal.
        MUSTER_CHECK(target.run(
            "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA cache_size = -2000"));
        sqlite3_backup* backup =
            sqlite3_backup_init(target.handle(), "main", source.connection().handle(), "main");
        if (backup == nullptr)
            return Failure(target.error(sqlite3_errcode(target.handle()), "write"));
        return PageCopy{std::move(target), backup, source.facts().path};
    }

    /// false: more pages to go; SQLite begins anew by itself when the source changed since the last
    /// step.
    Result<bool> step(int pages) {
        const int code = sqlite3_backup_step(backup_.get(), pages);
        if (code == SQLITE_DONE) return true;
        if (code == SQLITE_OK) return false;
        return Failure(copy_error(nullptr, code, source_, target_.path()));
    }
    std::uint64_t total() const {
        return static_cast<std::uint64_t>(sqlite3_backup_pagecount(backup_.get()));
    }
    std::uint64_t done() const {
        return total() - static_cast<std::uint64_t>(sqlite3_backup_remaining(backup_.get()));
    }
    /// Page 1 is written once more at the end.
    static constexpr bool in_order() { return false; }

private:
    PageCopy(Connection target, sqlite3_backup* backup, fs::path source)
        : target_(std::move(target)),
          backup_(backup, &sqlite3_backup_finish),
          source_(std::move(source)) {}

    Connection target_;
    std::unique_ptr<sqlite3_backup, int (*)(sqlite3_backup*)> backup_;
    fs::path source_;
};

/// The quick way where the main file is all there is: its bytes as they are, without a page cache.
class FileCopy {
public:
    static Result<FileCopy> begin(const File& source, const SourceFacts& facts,
                                  const fs::path& destination, bool will_be_synced) {
        MUSTER_TRY(auto target, File::open_read_write(destination));
        return FileCopy{source, std::move(target), facts, will_be_synced};
    }

    /// As PageCopy::step.
    Result<bool> step(int pages) {
        const auto left = pages_ - done_;
        buffer_.resize(page_size_ * std::min<std::uint64_t>(left, static_cast<unsigned>(pages)));
        MUSTER_TRY(const auto count, source_.read_at(done_ * page_size_, buffer_));
        if (count < buffer_.size())
            return fail(
                ErrorCode::damaged,
                fmt::format("{} is truncated: it ends after {} bytes, and has {} pages of {}",
                            source_.path().string(), done_ * page_size_ + count, pages_,
                            page_size_),
                "restore from a proven snapshot");
        MUSTER_CHECK(target_.append(buffer_));
        if (will_be_synced_) target_.begin_sync();
        done_ += buffer_.size() / page_size_;
        return done_ == pages_;
    }
    std::uint64_t total() const { return pages_; }
    std::uint64_t done() const { return done_; }
    static constexpr bool in_order() { return true; }

private:
    FileCopy(const File& source, File target, const SourceFacts& facts, bool will_be_synced)
        : source_(source),
          target_(std::move(target)),
          will_be_synced_(will_be_synced),
          page_size_(static_cast<std::uint64_t>(facts.page_size)),
          pages_(static_cast<std::uint64_t>(facts.page_count)) {}

    const File& source_;
    File target_;
    bool will_be_synced_;
    std::uint64_t page_size_;
    std::uint64_t pages_;
    std::uint64_t done_ = 0;
    std::vector<std::byte> buffer_;
};

Duration rounded_up(Nanoseconds time) {
    return std::chrono::ceil<Duration>(time);
}

/// One call of copy_database.
class Copying {
public:
    Copying(const fs::path& source, const fs::path& destination, const CopyOptions& options)
        : source_(source), destination_(destination), options_(options) {}

    Result<CopyFacts> run() {
        const auto started = Clock::now();
        for (int attempt = 0; attempt < attempts_beside_wal_starters; ++attempt) {
            MUSTER_TRY(auto target, NewFile::create(destination_));
            MUSTER_TRY(const End end, one_attempt());
            if (end == End::too_slow) yielding_ = true;
            if (end != End::done) continue;
            MUSTER_TRY(const Bytes bytes, target.keep());
            return CopyFacts{facts_, bytes, rounded_up(longest_pause_),
                             rounded_up(Clock::now() - started)};
        }
        return fail(
            ErrorCode::exclusive_holder,
            fmt::format("{} was opened and closed by other processes during each of {} tries",
                        source_.string(), attempts_beside_wal_starters),
            "run it again when it is less busy");
    }

private:
    /// The follower is told once the source is let go: nobody waits for it.
    Result<End> one_attempt() {
        auto copied = copy_of_view();
        if (options_.follower && (!copied || *copied != End::done)) options_.follower->given_up();
        return copied;
    }

    Result<End> copy_of_view() {
        MUSTER_TRY(auto view,
                   Source::open(source_, {options_.scratch, options_.wait, options_.may_be_empty}));
        facts_ = view.facts();
        MUSTER_CHECK(
            require_space(destination_, size(), fmt::format("the copy of {}", source_.string())));
        return copy_valid(view);
    }

    Result<End> copy_valid(Source& view) {
        auto copied = copy(view);
        longest_pause_ = std::max(longest_pause_, view.pause());
        if (!copied || *copied != End::done) return copied;
        MUSTER_TRY(const bool valid, view.still_valid());
        return valid ? End::done : End::changed;
    }

    Bytes size() const {
        return {static_cast<std::uint64_t>(facts_.page_size * facts_.page_count)};
    }

    Result<End> copy(Source& view) {
        const bool limited = view.blocks_writers() && options_.max_writer_pause.has_value();
        if (limited && (yielding_ || estimated_pause(size()) > *options_.max_writer_pause))
            return copy_yielding(view);
        return copy_in_one_go(view, limited);
    }

    Result<End> copy_in_one_go(Source& view, bool limited) {
        const File* file = view.whole_file();
        if (file == nullptr || facts_.page_count == 0) {
            MUSTER_TRY(auto pages, PageCopy::begin(view, destination_));
            return go(pages, view, limited);
        }
        MUSTER_TRY(auto pages,
                   FileCopy::begin(*file, facts_, destination_, options_.will_be_synced));
        return go(pages, view, limited);
    }

    /// In chunks for the progress, all within the view's read transaction: no writer comes between.
    Result<End> go(auto& pages, const Source& view, bool limited) const {
        const int chunk =
            static_cast<int>(std::max<std::int64_t>(1, chunk_bytes / facts_.page_size));
        for (;;) {
            MUSTER_TRY(const bool done, pages.step(chunk));
            MUSTER_CHECK(report(pages));
            if (pages.in_order() && options_.follower) MUSTER_CHECK(tell_grown(pages));
            if (done) return End::done;
            // The disk is slower than estimated: let the writers in.
            if (limited && view.pause() > *options_.max_writer_pause * 3 / 4) return End::too_slow;
        }
    }

    /// Steps that each hold the lock for about half of the allowed pause, and as long a sleep
    /// between.
    Result<End> copy_yielding(Source& view) {
        const Nanoseconds target = *options_.max_writer_pause / 2;
        const auto deadline = Clock::now() + options_.yield_for;
        MUSTER_CHECK(view.release());
        MUSTER_TRY(auto pages, PageCopy::begin(view, destination_));
        double pages_a_step = 16;
        std::uint64_t best = 0;
        for (;;) {
            MUSTER_TRY(const auto pin, view.pin());
            if (pin == Source::Pin::changed) return End::changed;
            if (pin == Source::Pin::pinned) {
                MUSTER_TRY(const bool done, pages.step(static_cast<int>(pages_a_step)));
                MUSTER_CHECK(view.release());
                longest_pause_ = std::max(longest_pause_, view.pause());
                best = std::max(best, pages.done());
                if (done) return End::done;
                const double fit =
                    static_cast<double>(target.count()) /
                    static_cast<double>(std::max<std::int64_t>(1, view.pause().count()));
                pages_a_step = std::clamp(pages_a_step * std::min(2.0, fit), 1.0, 1e6);
            }
            MUSTER_CHECK(report(pages));
            if (Clock::now() > deadline) return Failure(never_fits(best, pages.total()));
            std::this_thread::sleep_for(
                std::clamp<Nanoseconds>(view.pause(), std::chrono::milliseconds{1}, target));
        }
    }

    Error never_fits(std::uint64_t best, std::uint64_t total) const {
        const Duration estimate = estimated_pause(size());
        return {
            ErrorCode::writer_pause,
            fmt::format(
                "{} changes too often to be copied with pauses of at most {}: at best {} of {} pages in {}",
                source_.string(), spell_duration(*options_.max_writer_pause), best, total,
                spell_duration(options_.yield_for)),
            fmt::format(
                "allow max_writer_pause: {}, copy at a quieter time, or turn the database to WAL mode",
                format_duration(estimate)),
            {}};
    }

    Result<> tell_grown(const auto& pages) const {
        const auto page = static_cast<std::uint64_t>(facts_.page_size);
        return options_.follower->grown({pages.done() * page}, {pages.total() * page});
    }

    Result<> report(const auto& pages) const {
        if (!options_.progress) return {};
        const auto page = static_cast<std::uint64_t>(facts_.page_size);
        return options_.progress(pages.done() * page, pages.total() * page);
    }

    fs::path source_;
    fs::path destination_;
    CopyOptions options_;
    SourceFacts facts_;
    Nanoseconds longest_pause_{0};
    bool yielding_ = false;
};

}  // namespace

Result<CopyFacts> copy_database(const fs::path& source, const fs::path& destination,
                                const CopyOptions& options) {
    return Copying{source, destination, options}.run();
}

}  // namespace muster
