// Repairs of a database, with a way back.
#pragma once

#include "engine/base/host.h"
#include "engine/model/outcome.h"
#include "engine/model/step.h"

namespace muster {

struct SafelyRepaired {
    Repaired repaired;
    Findings findings;  ///< of the database as it was a moment before
};

/// A snapshot of it, committed beside it under NAME.pre-repair-TIME.sqlite3, looked into at depth
/// full; then repair_rows(). Where nothing was changed the snapshot is removed again. Errors, with
/// nothing changed: those of take_snapshot() and repair_rows(); damaged where it is not sound, and
/// other_findings where that could not be found out.
Result<SafelyRepaired> repair_safely(const RepairStep& step, const Host& host);

}  // namespace muster
