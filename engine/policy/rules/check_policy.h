// The rules of a policy that no single field can tell.
#pragma once

#include "engine/model/schedule/zone.h"
#include "engine/policy/load.h"

namespace muster::codec {

/// Every broken rule. What `loaded.problems` says to be broken is not judged again, and no rule
/// draws conclusions from it. `zone` is the policy's.
Problems check_policy(const Policy& policy, const Zone& zone, const LoadedPolicy& loaded);

}  // namespace muster::codec
