// The online copy of a database into a new file.
#pragma once

#include <functional>
#include <optional>

#include "engine/model/copy_estimate.h"
#include "engine/sqlite/source.h"

namespace muster {

/// Hears of a copy whose bytes come in order, from the first one on, while they do: not each copy
/// is such a one.
struct CopyFollower {
    /// The first `bytes` of `total` are as they will stay. An Error ends the copy and is what it
    /// returns.
    std::function<Result<>(Bytes bytes, Bytes total)> grown;
    /// Nothing of what was told holds: the copy failed, or begins anew.
    std::function<void()> given_up;
};

struct CopyOptions {
    fs::path scratch;                          ///< as in SourceOptions
    Duration wait = std::chrono::seconds{10};  ///< for those who lock everybody out
    /// The longest a writer may be kept waiting. Without it the copy is made in one go.
    std::optional<Duration> max_writer_pause;
    /// How long a copy that yields to writers tries, before ErrorCode::writer_pause.
    Duration yield_for = std::chrono::seconds{60};
    bool will_be_synced = false;  ///< the disk may begin to write while pages are copied
    /// As in SourceOptions; the copy has one page then, as one by SQLite has.
    bool may_be_empty = false;
    /// Called often enough for a progress bar, mostly while writers wait: be quick. An Error ends
    /// the copy and is what it returns.
    std::function<Result<>(std::uint64_t done_bytes, std::uint64_t total_bytes)> progress;
    std::optional<CopyFollower> follower;
};

struct CopyFacts {
    SourceFacts source;
    Bytes bytes;             ///< of the copy
    Duration longest_pause;  ///< longest time a writer could have been kept waiting, rounded up; 0
                             ///< for WAL and private copies
    Duration elapsed;
};

/// Copies a consistent state of `source` (see Source: it is not changed) to `destination`, which
/// must not exist: 0600, not synced, no sidecar beside it. Holds every commit
/// that finished before the call. Memory does not grow with the database.
///
/// Fails as Source::open does; target_exists; no_space; damaged when the source cannot be read to
/// its end; writer_pause when writers leave no time within max_writer_pause; what progress
/// returned. Then there is no destination.
Result<CopyFacts> copy_database(const fs::path& source, const fs::path& destination,
                                const CopyOptions& options = {});

}  // namespace muster
