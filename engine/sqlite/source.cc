#include "engine/sqlite/source.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <thread>

#include "engine/sqlite/crash_copy.h"
#include "engine/sqlite/disk_state.h"
#include "engine/sqlite/holders.h"

namespace muster {
namespace {

// Short: between two commits of a busy writer the door is open for a moment only.
constexpr auto pause_between_tries = std::chrono::milliseconds{2};

/// The same open may succeed a moment later: a lock, a recovery under way, a sidecar that came or
/// went, a writer that crashed since we looked.
bool passes(const Connection& connection) {
    switch (sqlite3_extended_errcode(connection.handle())) {
        case SQLITE_READONLY_CANTLOCK:
        case SQLITE_READONLY_RECOVERY:
        case SQLITE_READONLY_ROLLBACK:
        case SQLITE_READONLY_CANTINIT: return true;
        default: break;
    }
    switch (sqlite3_errcode(connection.handle()) & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_PROTOCOL: return true;
        case SQLITE_CANTOPEN: {
            const int number = sqlite3_system_errno(connection.handle());
            return number == ENOENT || number == 0;
        }
        default: return false;
    }
}

Result<> begin(Connection& connection) {
    // The pragma takes the lock at once; preparing the query alone takes it, drops it, and the
    // query then needs it again.
    return connection.run("BEGIN; PRAGMA user_version; SELECT 1 FROM sqlite_schema LIMIT 1");
}

Result<> refuse_truncated(const DiskState& state, const fs::path& path) {
    const std::uint64_t needed = std::uint64_t{state.header.page_count} * state.header.page_size;
    if (!state.header.counted || state.bytes.count >= needed) return {};
    return fail(ErrorCode::damaged,
                fmt::format("{} is truncated: {} bytes, and its header tells of {}", path.string(),
                            state.bytes.count, needed),
                "restore from a proven snapshot");
}

/// Pages that the database had before the commit which `journal` takes back
/// (https://sqlite.org/fileformat.html#the_rollback_journal): none where it was the first.
Result<std::uint32_t> pages_before(const fs::path& journal) {
    constexpr std::uint64_t place_in_header = 16;
    MUSTER_TRY(const auto file, File::open_read(journal));
    std::array<std::byte, 4> number{};
    MUSTER_CHECK(file.read_at(place_in_header, number));
    return big_endian(number);
}

Result<> refuse_empty(const DiskState& state, const fs::path& path, bool may_be) {
    if (state.bytes.count > 0) return {};
    if (!may_be)
        return fail(ErrorCode::not_a_database,
                    fmt::format("{} is no database: the file is empty (0 bytes)", path.string()),
                    "check the path; one that is meant to be empty is taken with --allow-empty, or "
                    "may_be_empty: true in the policy");
    std::uint32_t lost_pages = 0;
    if (state.hot_journal) {
        MUSTER_TRY(lost_pages, pages_before(sidecar(path, "-journal")));
    }
    if (state.wal_bytes.count == 0 && lost_pages == 0) return {};
    return fail(ErrorCode::damaged,
                fmt::format("{} is empty (0 bytes), and its {} tells of pages: they are gone",
                            path.string(), lost_pages > 0 ? "journal" : "log"),
                "restore from a proven snapshot");
}

}  // namespace

/// One call of Source::open.
class SourceOpening {
public:
    SourceOpening(fs::path path, const SourceOptions& options)
        : path_(std::move(path)), options_(options) {}

    Result<Source> run() {
        const auto deadline = Source::Clock::now() + options_.wait;
        for (;;) {
            MUSTER_TRY(auto source, attempt());
            if (source) return *std::move(source);
            if (Source::Clock::now() >= deadline) return Failure(gave_up());
            std::this_thread::sleep_for(pause_between_tries);
        }
    }

private:
    using Attempt = Result<std::optional<Source>>;

    /// Nothing: something was in the way, and what_ says what.
    Attempt attempt() {
        MUSTER_TRY(auto lock, SourceLock::open(path_));
        // A writer without a rest leaves the door open for less time than opening takes, so that is
        // done before, on a guess; nothing of the file is read or locked by it.
        const auto guess = access_of(look_at(lock, path_).value_or(DiskState{}));
        auto prepared = Connection::open(path_, mode_for(guess));
        MUSTER_TRY(const bool shared, lock.try_shared());
        if (!shared) return in_the_way("is locked by another process");
        const auto pinned_at = Source::Clock::now();
        MUSTER_TRY(const DiskState state, look_at(lock, path_));
        MUSTER_CHECK(refuse_empty(state, path_, options_.may_be_empty));
        MUSTER_TRY(const auto status, status_of(path_));
        facts_ = {path_,
                  status.device,
                  status.inode,
                  state.bytes,
                  state.wal_bytes,
                  0,
                  0,
                  state.wal_mode() ? JournalMode::wal : JournalMode::rollback,
                  RecoveredFrom::none,
                  0};
        if (state.hot_journal)
            return copied(std::move(lock), state, RecoveredFrom::hot_journal, pinned_at);
        if (state.wal_bytes.count > 0) {
            MUSTER_TRY(const bool dead, is_dead_header(lock, state));
            if (!state.shm || dead)
                return copied(std::move(lock), state, RecoveredFrom::orphan_wal, pinned_at);
        }
        // Beside a WAL user the header may be ahead of the file for a moment.
        if (!state.shm && state.wal_bytes.count == 0) MUSTER_CHECK(refuse_truncated(state, path_));
        const auto access = access_of(state);
        if (access == Source::Access::blind) {
            MUSTER_TRY(const bool user, lock.user_present());
            if (user) return used_by_other_name();
        }
        if (prepared && mode_for(access) != mode_for(guess))
            prepared = Connection::open(path_, mode_for(access));
        if (!prepared) return Failure(prepared.error());
        Connection connection = *std::move(prepared);
        if (auto begun = begin(connection); !begun) {
            if (!passes(connection)) return Failure(begun.error());
            return in_the_way(begun.error());
        }
        Source source{facts_, std::nullopt, std::move(lock), std::move(connection), access};
        source.stale_shm_ = state.shm;
        return finished(std::move(source), pinned_at);
    }

    static Source::Access access_of(const DiskState& state) {
        if (state.wal && state.shm) return Source::Access::wal;
        return state.wal_mode() ? Source::Access::blind : Source::Access::rollback;
    }
    static OpenMode mode_for(Source::Access access) {
        return access == Source::Access::blind ? OpenMode::immutable : OpenMode::read_only;
    }

    Attempt copied(SourceLock lock, const DiskState& state, RecoveredFrom from,
                   Source::Clock::time_point pinned_at) {
        MUSTER_TRY(auto scratch, ScratchFolder::make(options_.scratch));
        auto copy = copy_crashed(lock, state, path_, scratch.path());
        if (!copy && copy.error().code == ErrorCode::not_found) return in_the_way(copy.error());
        if (!copy) return Failure(copy.error());
        // A WAL user that came meanwhile may have moved pages into the main file while it was
        // copied.
        MUSTER_TRY(const DiskState after, look_at(lock, path_));
        MUSTER_TRY(const bool user, lock.user_present());
        if (after.hot_journal != state.hot_journal || after.shm != state.shm ||
            after.wal_bytes != state.wal_bytes || (from == RecoveredFrom::orphan_wal && user))
            return in_the_way("was opened by another process");
        const auto released_at = Source::Clock::now();
        lock.release();
        facts_.recovered_from = from;
        MUSTER_TRY(auto connection, Connection::open(*copy, OpenMode::read_write));
        if (auto begun = begin(connection); !begun)
            return Failure(begun.error().during("recovering a private copy of " + path_.string()));
        Source source{facts_, std::move(scratch), std::move(lock), std::move(connection),
                      Source::Access::private_copy};
        source.released_at_ = released_at;
        return finished(std::move(source), pinned_at);
    }

    /// A crash between the header of a log and its first frame: reading only, SQLite would try for
    /// ten seconds to make an index of it, and fail.
    static Result<bool> is_dead_header(const SourceLock& lock, const DiskState& state) {
        constexpr std::uint64_t header_of_log = 32;
        if (!state.shm || state.wal_bytes.count != header_of_log) return false;
        MUSTER_TRY(const bool user, lock.user_present());
        return !user;
    }

    Attempt finished(Source source, Source::Clock::time_point pinned_at) {
        source.pinned_at_ = pinned_at;
        MUSTER_TRY(source.facts_.page_size, source.connection_.query_integer("PRAGMA page_size"));
        MUSTER_TRY(source.facts_.page_count, source.connection_.query_integer("PRAGMA page_count"));
        MUSTER_TRY(source.facts_.free_pages,
                   source.connection_.query_integer("PRAGMA freelist_count"));
        MUSTER_TRY(const auto now, status_of(path_));
        MUSTER_TRY(const bool same, source.lock_.is(now));
        if (!same) return in_the_way("was replaced while it was opened");
        return std::optional{std::move(source)};
    }

    Attempt in_the_way(std::string what) {
        what_ = std::move(what);
        other_name_ = false;
        return std::optional<Source>{};
    }
    Attempt in_the_way(const Error& error) {
        return in_the_way("could not be opened (" + error.message + ")");
    }
    Attempt used_by_other_name() {
        auto nothing = in_the_way("is held in WAL mode and no log lies beside this name");
        other_name_ = true;
        return nothing;
    }

    Error gave_up() const {
        const std::string holders = spell_holders(holders_of(path_));
        std::string message = fmt::format("{} {}{}{}, for {}", path_.string(), what_,
                                          holders.empty() ? "" : ": held by ", holders,
                                          spell_duration(options_.wait));
        if (other_name_)
            return {
                ErrorCode::hard_links,
                std::move(message),
                "name the database as its application does: through another link or mount its log lies elsewhere",
                {}};
        return {ErrorCode::exclusive_holder,
                std::move(message),
                "wait for, or stop, the process that holds it",
                {}};
    }

    fs::path path_;
    SourceOptions options_;
    SourceFacts facts_;
    std::string what_;  ///< what was in the way of the last attempt
    bool other_name_ = false;
};

Result<Source> Source::open(const fs::path& path, const SourceOptions& options) {
    MUSTER_TRY(const auto status, status_of(path));
    if (!status.exists) return Failure(system_error(ENOENT, "read", path));
    if (!status.regular)
        return fail(
            ErrorCode::not_a_file,
            fmt::format("{} is a {}", path.string(), status.directory ? "folder" : "device"),
            "name the database file");
    if (status.links > 1)
        return fail(
            ErrorCode::hard_links,
            fmt::format(
                "{} has {} names (hard links): SQLite keeps a log beside each, so commits may lie beside another",
                path.string(), status.links),
            "remove the other names, or copy the file instead of linking it");
    return SourceOpening{real_path(path), options}.run();
}

Result<bool> Source::still_valid() const {
    if (access_ != Access::blind) return true;
    MUSTER_TRY(const auto wal, status_of(sidecar(facts_.path, "-wal")));
    MUSTER_TRY(const auto shm, status_of(sidecar(facts_.path, "-shm")));
    MUSTER_TRY(const bool user, lock_.user_present());
    return wal.size.count == 0 && shm.exists == stale_shm_ && !user;
}

const File* Source::whole_file() const {
    switch (access_) {
        case Access::rollback:
        case Access::blind: return &lock_.file();
        case Access::wal:
        case Access::private_copy: break;
    }
    return nullptr;
}

std::chrono::nanoseconds Source::pause() const {
    const bool waits =
        access_ == Access::rollback || facts_.recovered_from == RecoveredFrom::hot_journal;
    if (!waits) return std::chrono::nanoseconds{0};
    return released_at_.value_or(Clock::now()) - pinned_at_;
}

Result<> Source::release() {
    MUSTER_CHECK(connection_.run("ROLLBACK"));
    lock_.release();
    released_at_ = Clock::now();
    return {};
}

Result<Source::Pin> Source::pin() {
    MUSTER_TRY(const bool shared, lock_.try_shared());
    if (!shared) return Pin::busy;
    pinned_at_ = Clock::now();
    MUSTER_TRY(const DiskState state, look_at(lock_, facts_.path));
    const bool emptied = state.bytes.count == 0 && facts_.page_count > 0;
    if (state.hot_journal || state.wal_mode() || emptied) {
        lock_.release();
        return Pin::changed;
    }
    if (auto begun = begin(connection_); !begun) {
        const bool again = passes(connection_);
        lock_.release();
        if (!again) return Failure(begun.error());
        MUSTER_CHECK(connection_.run("ROLLBACK"));
        return Pin::busy;
    }
    released_at_.reset();
    return Pin::pinned;
}

}  // namespace muster
