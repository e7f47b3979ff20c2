// Leaves of the pages of snapshots, so that what changed since is found without reading them.
#pragma once

#include <optional>
#include <vector>

#include "engine/base/file.h"
#include "engine/model/manifest.h"

namespace muster {

/// Those of one volume in one store. All of it can be made again from the store, and nothing of it
/// is to be trusted: page_leaves.h says how it is held to a manifest.
class LeavesCache {
public:
    /// Below `folder`; where that is empty, nothing is found and nothing kept.
    LeavesCache(const fs::path& folder, const std::string& store_root,
                const std::string& volume_id);

    /// Of the state with that digest.
    std::optional<File> find(const Sha256& content) const;
    /// Moves the file `leaves` in, and removes what is neither of that state nor of one of
    /// `others`. Where it fails nothing is kept.
    void keep(const fs::path& leaves, const Sha256& content,
              const std::vector<Sha256>& others) const;

private:
    fs::path folder_;
};

}  // namespace muster
