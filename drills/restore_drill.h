// The restore drill: a backup is restored into a sandbox, and what comes of it is looked through.
// Nobody's database is touched, nor read.
#pragma once

#include "drills/rehearsal.h"
#include "engine/base/host.h"
#include "engine/model/plan.h"

namespace muster {

/// Restores step.backup as restore_backup() does, to a file in a new folder below `sandboxes`, and
/// removes it, unless `keep_sandbox`. Findings: the restore's own (inspection, the step's checks,
/// the look at the result); `restore`, where it was refused or taken back; `health`, the result
/// looked through once more where it lies, at depth full; `same_content`, its bytes against the
/// manifest; `schema_version` and `revision`, what it answers against the manifest; `rto`. A backup
/// that cannot be restored is a Rehearsal that did not pass; an Error means that the drill could
/// not be held (key_missing, no_space, not_found, …).
Result<Rehearsal> rehearse_backup(const DrillStep& step, const fs::path& sandboxes,
                                  bool keep_sandbox, const Host& host);

}  // namespace muster
