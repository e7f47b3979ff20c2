// Where things lie in a state directory.
#pragma once

#include <string>

#include "engine/base/digest.h"
#include "engine/base/file.h"

namespace muster {

struct StateFolder {
    fs::path root;

    fs::path journals() const { return root / "journal"; }
    fs::path journal(const std::string& run) const { return journals() / (run + ".jsonl"); }
    fs::path records() const { return root / "records"; }
    fs::path population(const Sha256& hash) const {
        return root / "populations" / (hash.hex() + ".json");
    }
    fs::path sandboxes() const { return root / "sandboxes"; }
    fs::path scratch() const { return root / "scratch"; }
    fs::path cache() const { return root / "cache"; }
    fs::path sizes_seen() const { return cache() / "sizes-seen"; }
    /// The lease on a target, named by where its database really lies.
    fs::path lease(const std::string& canonical_path) const {
        return root / "leases" / (sha256_of(canonical_path).hex().substr(0, 32) + ".lease");
    }
    fs::path chain_lease() const { return root / "leases" / "chain.lease"; }
    fs::path start_lease() const { return root / "leases" / "start.lease"; }
};

}  // namespace muster
