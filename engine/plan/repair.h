// Whether the safe repairs of a database may be made without a person.
#pragma once

#include <optional>

#include "engine/model/health_report.h"
#include "engine/model/reason.h"

namespace muster {

/// Why not: something with weight error is bad, or could not be looked at, besides the checks that
/// would be put right; or the repairs would be rolled back. Nothing where they may, or where there
/// is nothing to repair.
std::optional<Reason> unsafe_to_repair(const DatabaseHealth& health);

RepairPosture posture_of(const DatabaseHealth& health);

}  // namespace muster
