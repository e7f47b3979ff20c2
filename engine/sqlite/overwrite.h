// Writing one database's content into another's file, as a single transaction of SQLite.
#pragma once

#include <functional>

#include "engine/base/file.h"
#include "engine/base/time.h"

namespace muster {

struct OverwriteOptions {
    Duration wait = std::chrono::seconds{10};  ///< for those who read or write `target`
    std::function<Result<>(std::uint64_t done_bytes, std::uint64_t total_bytes)> progress;
    /// Asked once nobody else can commit any more, before the first page is written; an Error ends
    /// it, and nothing has changed.
    std::function<Result<>()> locked;
};

/// Makes `target` hold what `from` holds: processes that have it open see the change with their
/// next transaction, and its journal mode stays. `from` is a sound database that nobody writes.
/// Killed at any instant, SQLite itself brings the former content back.
///
/// exclusive_holder when others keep it locked for longer than `wait`; usage where the page sizes
/// differ and its log is in the way; damaged or not_a_database when `target` is no sound database.
Result<> overwrite_database(const fs::path& from, const fs::path& target,
                            const OverwriteOptions& options);

}  // namespace muster
