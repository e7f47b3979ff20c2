// The way from a policy to a record, for apply and drill.
#pragma once

#include <functional>

#include "cli/session.h"
#include "engine/model/plan.h"

namespace muster {

/// Begin, mend, observe, plan, carry out, record, report.
Reply run_policy(const Arguments& arguments, const Surroundings& surroundings,
                 const PolicyFile& policy, const Selection& selection);

/// The same for a plan that was made before; `text` is the plan file as stored.
/// ErrorCode::stale_plan names each fact that has changed; ErrorCode::plan_used when it was applied
/// before.
Reply run_plan_file(const Arguments& arguments, const Surroundings& surroundings,
                    const std::string& path, const std::string& text);

}  // namespace muster
