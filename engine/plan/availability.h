// What the policy language can say and this version cannot do yet. A step that needs it is planned
// as blocked with the code not_available; a line goes from here when the work exists.
#pragma once

#include <optional>

#include "engine/model/finding.h"
#include "engine/model/policy.h"
#include "engine/model/reason.h"

namespace muster {

/// Nothing where it can be done.
std::optional<Reason> unavailable(const StoreSpec& store);
std::optional<Reason> unavailable(const TargetSpec& target);
std::optional<Reason> unavailable(const SnapshotSpec& snapshot);
std::optional<Reason> unavailable(const DrillSpec& drill);

/// What is asked for besides steps: reports, notifications, signatures; one bad finding each.
Findings unavailable_besides_steps(const Policy& policy);

}  // namespace muster
