// Verdicts about the whole: what an observation says of the promises in a policy.
#pragma once

#include "engine/model/finding.h"
#include "engine/model/observation.h"
#include "engine/model/policy.h"
#include "engine/model/standing.h"

namespace muster {

/// Every verdict, good ones too, by the codes about a promise, a drill or a run.
/// Outlook: bad from 90 days before the RTO will be missed; left out once it is.
Findings judge(const Policy& policy, const Observation& observation);

}  // namespace muster
