// What may be restored from a directory of backups.
#pragma once

#include <optional>
#include <string>

#include "engine/evidence/state_folder.h"
#include "engine/model/finding.h"
#include "engine/model/snapshot_list.h"

namespace muster {

struct DirectoryBackups {
    SnapshotList list;
    Findings findings;    ///< a warning where they are legacy
    bool legacy = false;  ///< no manifest lies there: times are those of files, names are guesses
};

/// The snapshots of a directory by their manifests; where there is none, what others put there.
/// The database at `target` (empty: none is known yet) is no backup of itself.
Result<DirectoryBackups> backups_in(const std::string& directory, const std::string& target,
                                    const StateFolder& state, Time now, Duration proof_life);

/// A warning for each file that others put beside the snapshots of the picked database, and that is
/// newer, and older than `before`: it is not taken, and may be what is wanted.
Result<Findings> newer_legacy(const std::string& directory, const std::string& target,
                              const ListedSnapshot& picked, const std::optional<Time>& before);

}  // namespace muster
