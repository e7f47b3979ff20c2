// Carries a plan out.
#pragma once

#include "engine/base/host.h"
#include "engine/evidence/state_folder.h"
#include "engine/model/plan.h"
#include "engine/run/journal.h"

namespace muster {

struct ExecuteOptions {
    StateFolder state;
    bool keep_sandbox = false;
    Duration lease_wait{};  ///< how long a step waits for another run that works on its target
};

/// Does the planned steps, one outcome for each, in the plan's order; what lanes_of() tells apart
/// may be done at the same time. A step whose needs did not succeed is skipped; so is everything
/// after an interruption. Steps that change something hold the lease of their database. Fails only
/// when the journal cannot be written.
Result<Outcomes> execute(const Plan& plan, const ExecuteOptions& options, const Host& host,
                         Journal& journal);

}  // namespace muster
