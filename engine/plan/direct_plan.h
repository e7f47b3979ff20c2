// Plans of the commands that need no policy.
#pragma once

#include <string_view>

#include "engine/model/plan.h"

namespace muster {

/// `steps` as they are, under the command's name. It rests on no assumptions: it is carried out at
/// once.
Plan direct_plan(std::string_view command, std::vector<Step> steps, Time now,
                 std::string_view tool_version);

/// Snapshot and verification of one database into one file.
std::vector<Step> backup_steps(const SnapshotStep& snapshot, Depth verify);

/// A step that stands alone.
Step lone_step(std::string id, std::string target, Action action, Reason reason);

}  // namespace muster
