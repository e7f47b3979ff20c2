// Takes one snapshot: copy, read back, commit.
#pragma once

#include <optional>
#include <vector>

#include "engine/base/host.h"
#include "engine/model/outcome.h"
#include "engine/model/plan.h"
#include "engine/snapshot/examine.h"
#include "engine/snapshot/read_back.h"

namespace muster {

struct Taken {
    SnapshotTaken snapshot;
    std::optional<Examination> examination;  ///< of its content; for whoever verifies it next
    ReadBack read_back;
    std::vector<Phase> phases;
    Findings findings;  ///< a warning `former` where all was stored instead of what changed
};

/// The database is read as sqlite/source.h says, never changed. Fails with live_database when the
/// place is the database itself or another one in use, however it is spelled; target_exists when
/// it is taken; what copy_database() and Commit fail with; damaged where it would replace another
/// and is bad itself. On failure nothing of it is left.
///
/// Where the step names a former snapshot, only what changed since is stored, and read back by way
/// of that one before it counts. Where that one is not what it was, or is not to be opened, all of
/// the database is stored.
///
/// `questions`, where a verification follows: they are asked of the copy while it is encoded and
/// read back, and a bad answer is no failure.
Result<Taken> take_snapshot(const SnapshotStep& step, const Host& host,
                            std::optional<Questions> questions = {});

}  // namespace muster
