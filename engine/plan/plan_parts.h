// The parts of the planner, one for each section of a policy that makes work.
#pragma once

#include "engine/plan/plan_draft.h"

namespace muster {

/// Snapshots that are due, verification of them and of what is unproven or whose proof has expired,
/// and what no keep rule keeps.
void plan_protection(PlanDraft& draft);
void plan_maintenance(PlanDraft& draft);
void plan_drills(PlanDraft& draft);

}  // namespace muster
