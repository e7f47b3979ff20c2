// What binds a plan to the world it was made for.
#pragma once

#include <string>
#include <vector>

#include "engine/plan/plan_draft.h"

namespace muster {

/// The facts that a plan for the chosen targets rests on: policy, each target's identity, each
/// snapshot set with its pins. Never time, never a database's size.
std::vector<Assumption> assumptions_of(const Policy& policy, const PlanDraft& draft);

Sha256 serial_of(const std::vector<Assumption>& assumptions);

/// One sentence for each assumption that no longer holds; empty when all do.
std::vector<std::string> differences(const std::vector<Assumption>& then,
                                     const std::vector<Assumption>& now);

}  // namespace muster
