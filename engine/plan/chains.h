// Snapshots of changes and those they are told by.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/model/policy/protect_spec.h"
#include "engine/model/step.h"
#include "engine/plan/snapshot_index.h"

namespace muster {

/// Marks as bad what is told, however far off, by a snapshot whose bytes are bad. One that only
/// fails a policy's check can still be what others are told by.
void condemn_dependents(Observation& world);

struct KindRules {
    SnapshotKind kind = SnapshotKind::full;
    std::optional<Duration> full_every = {};
    Time now{};
    std::string folder = {};  ///< below the store, of the one to be
};

/// What the next snapshot is told by.
struct FormerChoice {
    const SnapshotFacts* former = nullptr;  ///< nothing: it holds all of the database
    DeltaKind kind = DeltaKind::incr;
    std::string why;  ///< a clause for people
};

/// `group` is one target in one store, newest first. Only complete snapshots in that folder count
/// that are not known to be bad, nor dated in the future, whose chain is whole. `diff` takes the
/// last full one; `incr` the last one, and the last full one once its chain would be of more than
/// 24; `auto` as incr, and none once what was stored since the full one exceeds half of it: a
/// restore reads all of that.
FormerChoice choose_former(const KindRules& rules, const SnapshotGroup& group);

}  // namespace muster
