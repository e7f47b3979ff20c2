// A private copy of a database whose writer crashed, made so that SQLite can recover the copy.
#pragma once

#include "engine/sqlite/disk_state.h"
#include "engine/sqlite/scratch.h"

namespace muster {

/// Copies the main file and what recovery needs of -journal and -wal into `folder`; returns the
/// copy's path. `lock` must be held; nothing of the original is written or removed.
/// Fails with no_space before copying, or as reading and writing fail.
Result<fs::path> copy_crashed(const SourceLock& lock, const DiskState& state,
                              const fs::path& database, const fs::path& folder);

}  // namespace muster
