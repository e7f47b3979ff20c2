// The planner: pure and total. The same policy, observation and selection give the same plan.
#pragma once

#include <string_view>

#include "engine/model/plan.h"

namespace muster {

/// Steps stand in the order they are carried out: for each target snapshot, verify, prune; then
/// maintenance, drills last. What is not due stands in `waiting`.  A selection that names nothing
/// known gives an empty plan; the caller has checked it.
Plan make_plan(const Policy& policy, const Observation& observation, const Selection& selection,
               std::string_view tool_version);

/// Adds up `plan.steps` into `plan.totals`: every bucket once, in the order of Bucket.
void add_up(Plan& plan);

/// The states of `plan` that its strictness refuses, each with the step it is about.
std::vector<std::string> unclean(const Plan& plan);

/// The names in `selection` that match no target or job, and the kinds that are no kind of step,
/// a sentence for each.
std::vector<std::string> unknown_names(const Selection& selection, const Policy& policy,
                                       const Observation& observation);

}  // namespace muster
