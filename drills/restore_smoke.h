// The smoke drill: clone, snapshot, damage the clone, restore, and prove that the content is what
// it was. The database itself is only read.
#pragma once

#include "drills/rehearsal.h"
#include "engine/base/host.h"
#include "engine/model/plan.h"

namespace muster {

/// Works in a new folder below `sandboxes`, on the same footing as a real snapshot and restore, and
/// removes it whatever happens, unless `keep_sandbox`. Findings: damage (the clone differs from the
/// baseline), equality (the restored clone does not), the restore's own, and rto. A failed drill is
/// a Rehearsal that did not pass; an Error means that it could not be held (no_space, a source that
/// cannot be read, …).
Result<Rehearsal> rehearse_restore(const DrillStep& step, const fs::path& sandboxes,
                                   bool keep_sandbox, const Host& host);

}  // namespace muster
