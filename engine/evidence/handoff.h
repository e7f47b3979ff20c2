// Where everything stands, from the chain alone.
#pragma once

#include <optional>

#include "engine/evidence/chain.h"
#include "engine/model/handoff.h"

namespace muster {

/// From the newest record that knows its population, of `policy_name` where one is given. What
/// depends on age (RPO) is worked out for `now`, and a proof whose artifact is gone or changed
/// counts no more. ErrorCode::not_found when there is no such record.
Result<Handoff> make_handoff(const StateFolder& state,
                             const std::optional<std::string>& policy_name, Time now);

}  // namespace muster
