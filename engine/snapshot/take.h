// Takes one snapshot: copy, read back, commit.
#pragma once

#include <vector>

#include "engine/base/host.h"
#include "engine/model/outcome.h"
#include "engine/model/plan.h"

namespace muster {

struct Taken {
    SnapshotTaken snapshot;
    std::vector<Phase> phases;
};

/// The database is read as sqlite/source.h says, never changed. Fails with live_database when the
/// place is the database itself or another one in use, however it is spelled; target_exists when
/// it is taken; what copy_database() and Commit fail with. On failure nothing of it is left.
Result<Taken> take_snapshot(const SnapshotStep& step, const Host& host);

}  // namespace muster
