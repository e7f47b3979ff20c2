// Which snapshots there are, and what each is worth now.
#pragma once

#include "engine/model/policy.h"
#include "engine/model/snapshot_list.h"

namespace muster {

/// Every snapshot of the observation, by target, database and store, and there newest first; those
/// of unknown time stand before the newest, those of no target at the end. A proof counts as long
/// as the protect says that covers the target in the store.
SnapshotList snapshot_list(const Policy& policy, const Observation& observation);

/// The same for a directory that no policy describes. `directory` is left to the caller.
SnapshotList snapshot_list(const Observation& observation,
                           Duration proof_life = ProtectSpec{}.proof_expires);

/// What an operator wants to see of a list.
struct ListFilter {
    std::vector<std::string> targets;  ///< ids, or keys of the policy's targets; all when empty
    std::string store;                 ///< all when empty
    bool proven = false;               ///< only complete ones with a valid proof
    bool operator==(const ListFilter&) const = default;
};
void narrow(SnapshotList& list, const ListFilter& filter);

/// Leaves what may be of this target: its own snapshots; foreign ones of its volume id, taken at
/// another place; and what tells no target, but bears the target's id in its name.
void narrow(SnapshotList& list, const TargetFacts& target);

}  // namespace muster
