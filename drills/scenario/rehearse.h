// Carries a scenario out.
#pragma once

#include <functional>

#include "drills/rehearsal.h"
#include "engine/base/host.h"
#include "engine/model/plan.h"

namespace muster {

struct RehearsalOptions {
    fs::path sandboxes;
    bool keep_sandbox = false;
    /// Hears of each act when it begins and when it has ended. Its Error aborts the rehearsal.
    std::function<Result<>(const DrilledStep& act, bool ended)> watch = {};
};

/// Starts the services that no step starts, holds the hypothesis, takes the steps, holds the
/// hypothesis again, runs each step of the rollback in any case, stops the services and removes the
/// sandbox: a new folder below `sandboxes`, all that is written. The database of the step is only
/// read. A step that makes something and did not hold ends the steps; one that only judges does
/// not.
///
/// A drill that fails, is aborted or interrupted is a Rehearsal, and tells all that was done by
/// then. An Error: it could not begin (no_space, …).
Result<Rehearsal> rehearse(const DrillStep& step, const ScenarioParts& parts,
                           const RehearsalOptions& options, const Host& host);

}  // namespace muster
