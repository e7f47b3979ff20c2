// Verdicts about the whole: what an observation says of the promises in a policy.
#pragma once

#include "engine/model/finding.h"
#include "engine/model/observation.h"
#include "engine/model/policy.h"
#include "engine/model/standing.h"

namespace muster {

/// Every verdict, good ones too. Codes: target, store, snapshot, proof, rpo, rto, drill, run.
Findings judge(const Policy& policy, const Observation& observation);

}  // namespace muster
