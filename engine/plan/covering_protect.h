// The entry of a policy that covers a target in a store, and what it says of the snapshots there.
#pragma once

#include <string_view>
#include <vector>

#include "engine/model/key_place.h"
#include "engine/model/observation.h"
#include "engine/model/policy.h"

namespace muster {

/// The first protect, by name, that takes the target to the store; null where none does.
const ProtectSpec* covering_protect(const Policy& policy, const TargetFacts& target,
                                    std::string_view store);

/// How long a proof of a snapshot counts there; the default where no protect covers it, or where it
/// is of no target (null).
Duration proof_life(const Policy& policy, const TargetFacts* target, std::string_view store);

/// The shortest time for which any protect lets a proof count: it holds where the store is not
/// known.
Duration shortest_proof_life(const Policy& policy);

/// The keys that may open such snapshots: the one they are written with, then the former ones.
std::vector<KeyPlace> keys_of(const SnapshotSpec& snapshot);

}  // namespace muster
