// Where each target stands.
#pragma once

#include "engine/model/observation.h"
#include "engine/model/policy.h"
#include "engine/model/standing.h"

namespace muster {

/// One for each observed target, sorted by id.
Population standings_of(const Policy& policy, const Observation& observation);

}  // namespace muster
