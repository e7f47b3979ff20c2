// Which snapshot a restore takes, and why none where it takes none.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/model/finding.h"
#include "engine/model/reason.h"
#include "engine/model/snapshot_list.h"

namespace muster {

struct PickRules {
    std::string name = {};            ///< of this database only: its name, or its volume id
    std::string store = {};           ///< from this store only
    std::optional<Time> before = {};  ///< only what was taken before
    std::string id = {};              ///< this one, by its id or path; the newest when empty
    bool need_proof = false;          ///< only with a valid proof
    bool force = false;               ///< where none has a valid proof, one without it all the same
};

struct PassedOver {
    ListedSnapshot snapshot;
    Reason why;
};

struct SnapshotPick {
    std::optional<ListedSnapshot> snapshot;
    /// Why this one: newest, or asked. Why none: several_databases, unknown_name and unknown_id are
    /// slips of whoever asks; no_snapshot and unproven are the state of the backups.
    Reason why;
    std::optional<ListedSnapshot> next;   ///< what would be picked if this one proved bad
    std::vector<PassedOver> passed_over;  ///< newer than the pick, or of unknown time; newest first
};

/// Takes a complete snapshot that is not known to be bad, the newest by its time; within one second
/// one with a valid proof, then the greater id. One of an unreadable or future time, and one of
/// another place, is taken only by its id. Where a proof is needed and none is valid, `force` takes
/// what would be taken otherwise.
SnapshotPick pick_snapshot(const SnapshotList& list, const PickRules& rules);

/// The names of the databases that the list holds snapshots of, sorted; a volume id is added where
/// it is not the name.
std::vector<std::string> databases_in(const SnapshotList& list);

/// "2 h old, proof valid until 2026-11-27T08:00:00Z".
std::string age_and_proof(const ListedSnapshot& snapshot);

/// For the record of a restore: the pick, one warning for each that was passed over, and, where the
/// policy asks for proofs, one that the pick has none.
Findings findings_of(const SnapshotPick& pick, bool policy_asks_for_proof);

}  // namespace muster
