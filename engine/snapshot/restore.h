// Restores one backup over, or as, a database: with a way back.
#pragma once

#include <functional>
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

/// Who works on the target as a rule, such as a service; without functions, nobody.
struct Occupant {
    /// Called when all is staged and nothing is touched yet. Where it fails, nothing is touched.
    std::function<Result<>()> stop;
    /// Called when the target is whole, also after stop() failed. Succeeds when the occupant works
    /// on what lies there; where it does not work on the restored database, that is taken back.
    /// interrupted and terminated: it was started, and then the run ought to stop.
    std::function<Result<>()> start;
    std::string how_to_start;  ///< for people, where it could not be started
};

/// Stages what the backup decodes to beside the target, inspects that very file and asks it the
/// step's checks, snapshots the database that is there, swaps the staged one in (in place: writes
/// its pages through SQLite), and looks at the result, which is asked the checks again, but for
/// payloads and programs; on a bad result the former database comes back. Between staging and
/// swapping the occupant is stopped; it is started after the look at the result, and again after a
/// failure, but where the target could be left neither old nor new: then the error says so. Owner,
/// group and mode of the target stay; a new one gets the mode its manifest tells, and as root the
/// owner, else 0600.
///
/// Errors: those of check_restore() and require_restorable(), lease_held, and failures before the
/// swap; then the target is as it was.
Result<Restoration> restore_backup(const RestoreStep& step, const Host& host,
                                   const Occupant& occupant = {});

}  // namespace muster
