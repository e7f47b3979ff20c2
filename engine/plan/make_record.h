// The record of a run, before it has a place in the chain.
#pragma once

#include "engine/model/plan.h"
#include "engine/model/record.h"

namespace muster {

/// What a run leaves behind for make_record.
struct RunResult {
    RunHead head;
    Time finished_at{};
    std::vector<std::string> found;
    Outcomes outcomes;
    Findings findings;             ///< of the whole, after the work
    std::optional<Error> failure;  ///< of the run as a whole: strict plan, stale plan, interruption
};

/// Status and exit status follow from plan, outcomes and findings alone; `plan` may be empty.
Record make_record(const Plan& plan, RunResult result);

/// The exit status that outcomes and findings deserve: the worst of all, 3 when some steps
/// failed or were blocked while others were done, 4 when anything was found bad.
int exit_status_of(const Plan& plan, const Outcomes& outcomes, const Findings& findings);

}  // namespace muster
