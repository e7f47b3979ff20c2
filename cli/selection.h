// The flags that narrow a plan.
#pragma once

#include "cli/command.h"
#include "engine/model/plan.h"

namespace muster {

/// What narrows a plan, for the rows of plan and apply.
std::vector<Option> selection_options();
/// ErrorCode::usage when --limit is no positive number, or --shard no part.
Result<Selection> selection_of(const Arguments& arguments);
/// ErrorCode::usage when the selection names a target, job or kind that there is not.
Result<> require_known(const Selection& selection, const Policy& policy,
                       const Observation& observation);

}  // namespace muster
