// The snapshots there are, as a table.
#pragma once

#include <string>

#include "engine/model/snapshot_list.h"

namespace muster {

/// A part for each target in each store, in the order of the list, each snapshot with age, size,
/// state, proof, pin and id, and a line below it that says why it is not complete.
std::string snapshot_table(const SnapshotList& list);

}  // namespace muster
