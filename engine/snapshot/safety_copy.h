// The snapshot of a database that a restore replaces or a repair changes: the way back.
#pragma once

#include <string>

#include "engine/base/host.h"
#include "engine/model/plan.h"

namespace muster {

/// A snapshot of `database` into `folder`: its name is the database's, a dot and `suffix`.
SnapshotStep safety_snapshot(const fs::path& database, const fs::path& folder,
                             const std::string& suffix);

/// Where the snapshot of the database that is there goes.
fs::path safety_folder(const RestoreStep& step);

/// Snapshot of what is there now; empty where it is no sound database (it is set aside instead).
/// Errors: those of take_snapshot().
Result<std::string> take_safety_copy(const RestoreStep& step, const Host& host);

/// Removes one again for which nothing was replaced.
Result<> forget_safety_copy(const fs::path& copy, Time now);

}  // namespace muster
