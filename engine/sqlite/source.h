// A readable, consistent view of somebody else's database that changes nothing of it.
#pragma once

#include <chrono>
#include <optional>

#include "engine/base/bytes.h"
#include "engine/base/fields.h"
#include "engine/base/time.h"
#include "engine/sqlite/connection.h"
#include "engine/sqlite/scratch.h"
#include "engine/sqlite/source_lock.h"

namespace muster {

enum class JournalMode { rollback, wal };
template <>
struct Names<JournalMode> {
    static constexpr std::array list{std::pair{JournalMode::rollback, std::string_view{"rollback"}},
                                     std::pair{JournalMode::wal, std::string_view{"wal"}}};
};

/// What a crashed writer left and the view had to recover, in a private copy.
enum class RecoveredFrom { none, hot_journal, orphan_wal };
template <>
struct Names<RecoveredFrom> {
    static constexpr std::array list{
        std::pair{RecoveredFrom::none, std::string_view{"none"}},
        std::pair{RecoveredFrom::hot_journal, std::string_view{"hot_journal"}},
        std::pair{RecoveredFrom::orphan_wal, std::string_view{"orphan_wal"}}};
};

struct SourceFacts {
    fs::path path;  ///< canonical: links resolved
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    Bytes bytes;      ///< of the main file
    Bytes wal_bytes;  ///< of the -wal, 0 when there is none
    std::int64_t page_size = 0;
    std::int64_t page_count = 0;  ///< of the database as seen, WAL included
    JournalMode journal_mode = JournalMode::rollback;
    RecoveredFrom recovered_from = RecoveredFrom::none;
    std::int64_t free_pages = 0;  ///< of page_count
};

struct SourceOptions {
    fs::path scratch;  ///< for private copies; empty: the system's temporary folder
    Duration wait = std::chrono::seconds{10};  ///< for those who lock everybody out
    /// To SQLite a file of 0 bytes is a database with no page; to whoever did not say so it is one
    /// that was lost.
    bool may_be_empty = false;
};

/// One snapshot of a database, live or dead. Not one byte of the main file, -wal, -shm or -journal
/// changes and no sidecar is made or removed, whatever state a crashed writer left; only the read
/// marks inside the -shm of a live database may. Committed rows all, and only those.
///
/// The view is pinned: one read transaction from open() to destruction. In rollback mode writers
/// cannot commit meanwhile (release() lets them); in WAL mode they go on, their WAL cannot shrink,
/// and the last one to close while the view is open leaves -wal and -shm behind, as with any
/// reader.
class Source {
public:
    /// Fails with not_found, not_a_file, permission_denied, not_a_database (also: 0 bytes, unless
    /// it may be empty), damaged (truncated, or unreadable to SQLite), hard_links (a second name
    /// would have a log of its own), exclusive_holder (after options.wait; the message names
    /// holders), no_space (private copy).
    static Result<Source> open(const fs::path& path, const SourceOptions& options = {});

    Connection& connection() { return connection_; }
    const SourceFacts& facts() const { return facts_; }

    /// After the last read and before destruction: may what was read be trusted? false when a WAL
    /// writer began beside a view that cannot see one; throw away what was read and open again.
    Result<bool> still_valid() const;

    /// Where the first page_count pages of the main file are the database as seen: that file, to be
    /// read while the view is pinned. nullptr where a log may hold newer ones.
    const File* whole_file() const;

    /// In rollback mode the view keeps writers waiting; a WAL never does, nor does a private copy.
    bool blocks_writers() const { return access_ == Access::rollback; }
    /// Since the view was pinned; after release() and for a private copy: how long that took. 0
    /// where writers never wait.
    std::chrono::nanoseconds pause() const;

    /// Ends the read transaction and lets writers in: only what is read between pin() and the next
    /// release() is one snapshot then. Requires blocks_writers().
    Result<> release();
    enum class Pin { pinned, busy, changed };
    /// busy: a writer is at work, try again. changed: somebody crashed in a commit, turned to WAL
    /// mode or emptied it; only opening again helps.
    Result<Pin> pin();

private:
    enum class Access { rollback, wal, blind, private_copy };
    using Clock = std::chrono::steady_clock;
    friend class SourceOpening;
    Source(SourceFacts facts, std::optional<ScratchFolder> scratch, SourceLock lock,
           Connection connection, Access access)
        : facts_(std::move(facts)),
          scratch_(std::move(scratch)),
          lock_(std::move(lock)),
          connection_(std::move(connection)),
          access_(access) {}

    // Destroyed from the last to the first: the connection closes before the lock's descriptor
    // does.
    SourceFacts facts_;
    std::optional<ScratchFolder> scratch_;
    SourceLock lock_;
    Connection connection_;
    Access access_;  ///< blind: opened immutable, sees no WAL, so none may appear
    bool stale_shm_ = false;
    Clock::time_point pinned_at_{};
    std::optional<Clock::time_point> released_at_;
};

}  // namespace muster
