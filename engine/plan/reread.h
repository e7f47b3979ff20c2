// Reading all that is stored again, a share in each run, so that bytes which rot are found while
// others can still replace them.
#pragma once

#include "engine/base/time.h"
#include "engine/plan/snapshot_index.h"

namespace muster {

/// Where the snapshots of one target in one store stand against the time within which each of
/// their bytes is to be read again.
struct Reread {
    SnapshotGroup due;  ///< to be read now, the longest unread first
    Bytes bytes;        ///< of all usable ones
    Bytes current;      ///< of those read within that time
    Time oldest{};      ///< when the one longest unread was read, or taken; now where there is none
};

/// What was not read for half of `within` is due, as much at once as gets through all of it in the
/// other half, by the time that has passed since anything was read here; at least one. Known bad
/// ones need no reading, nor does what is not complete; its taking read each of them.
Reread reread_of(const SnapshotGroup& group, Duration within, Time now);

}  // namespace muster
