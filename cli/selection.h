// The flags that narrow a plan.
#pragma once

#include "cli/command.h"
#include "engine/model/plan.h"

namespace muster {

/// --target, --only and --limit, for the rows of plan and apply.
std::vector<Option> selection_options();
/// ErrorCode::usage when --limit is no positive number.
Result<Selection> selection_of(const Arguments& arguments);
/// ErrorCode::usage when the selection names a target or kind that there is not.
Result<> require_known(const Selection& selection, const Observation& observation);

}  // namespace muster
