// Backups that some other tool made: databases without a manifest.
#pragma once

#include <vector>

#include "engine/model/observation.h"
#include "engine/store/local/local_store.h"

namespace muster {

/// Each file below the root that begins as a SQLite database, a compressed or an encrypted file
/// does, with the time of its last change for that of its making. Left out: those with a log or
/// journal beside them, which are in use or crashed, and those that a manifest or intent of muster
/// speaks of. What its name
/// begins with, before a date or number, stands for its volume id: nothing else tells databases
/// apart. Reads the beginning of each file.
Result<std::vector<SnapshotFacts>> list_legacy(const std::string& store_name,
                                               const LocalStore& store);

}  // namespace muster
