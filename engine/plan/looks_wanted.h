// Which databases must be looked into before their care can be planned.
#pragma once

#include <string>
#include <vector>

#include "engine/model/finding.h"
#include "engine/model/observation.h"
#include "engine/model/plan.h"
#include "engine/model/policy.h"

namespace muster {

struct Look {
    std::string target;
    Depth depth = Depth::full;
};

/// Targets for which a maintain entry is due, and which are large enough a candidate for it or have
/// checks that can be repaired; by id. Without a look at them their steps are blocked.
std::vector<Look> looks_wanted(const Policy& policy, const Observation& observation,
                               const Selection& selection);

}  // namespace muster
