// Restores one backup over, or as, a database: with a way back.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/host.h"
#include "engine/model/outcome.h"
#include "engine/model/plan.h"

namespace muster {

struct Restoration {
    Restored restored;
    Findings findings;
    std::vector<Phase> phases;
    std::vector<std::string> found;  ///< what a killed restore had left, and what was done about it
    std::optional<Error> failure;  ///< rolled_back: the restore failed and the former state is back
};

/// Stages what the backup decodes to beside the target, inspects that very file and asks it the
/// step's checks, snapshots the database that is there, swaps the staged one in (in place: writes
/// its pages through SQLite), and looks at the result, which is asked the checks again, but for
/// payloads and programs; on a bad result the former database comes back. Owner, group and mode of
/// the target stay; a new one gets the mode its manifest tells, and as root the owner, else 0600.
///
/// Errors: those of check_restore() and require_restorable(), lease_held, and failures before the
/// swap; then the target is as it was.
Result<Restoration> restore_backup(const RestoreStep& step, const Host& host);

}  // namespace muster
