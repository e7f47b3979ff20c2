// One digest over all pages of a database, from which a single page can be checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/digest.h"

namespace muster {

/// SHA-256 over a zero byte and the page (RFC 6962, 2.1, as all here).
Sha256 leaf_of(std::span<const std::byte> page);

/// The root over leaves that come in order. Holds one digest for each doubling of their count.
class MerkleRoot {
public:
    void add(const Sha256& leaf);
    /// Of no leaves: SHA-256 of nothing.
    Sha256 finish() const;

private:
    std::vector<Sha256> peaks_;  ///< of whole subtrees, the largest first
    std::uint64_t count_ = 0;
};

}  // namespace muster
