// What lies in a store.
#pragma once

#include <string>
#include <vector>

#include "engine/model/observation.h"
#include "engine/store/local/local_store.h"

namespace muster {

/// Every snapshot below the store's root, by its manifest or its intent. `target` is the manifest's
/// volume name; whether it is of that target is for the caller to say. Files that are neither are
/// not muster's and are left out. Proofs are not known here. Reads manifests and pins, not
/// artifacts.
Result<std::vector<SnapshotFacts>> list_snapshots(const std::string& store_name,
                                                  const LocalStore& store);

/// Keys of the files below the store's root that are neither of `snapshots` nor of a run at work.
Result<std::vector<std::string>> files_of_others(const LocalStore& store,
                                                 const std::vector<SnapshotFacts>& snapshots);

}  // namespace muster
