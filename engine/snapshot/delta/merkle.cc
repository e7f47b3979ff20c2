#include "engine/snapshot/delta/merkle.h"

#include <array>

namespace muster {
namespace {

Sha256 parent_of(const Sha256& left, const Sha256& right) {
    constexpr std::array inner{std::byte{1}};
    Sha256Stream stream;
    stream.add(inner);
    stream.add(std::as_bytes(std::span{left.bytes}));
    stream.add(std::as_bytes(std::span{right.bytes}));
    return stream.finish();
}

}  // namespace

Sha256 leaf_of(std::span<const std::byte> page) {
    constexpr std::array leaf{std::byte{0}};
    Sha256Stream stream;
    stream.add(leaf);
    stream.add(page);
    return stream.finish();
}

void MerkleRoot::add(const Sha256& leaf) {
    auto node = leaf;
    for (auto full = count_++; (full & 1U) != 0; full >>= 1U) {
        node = parent_of(peaks_.back(), node);
        peaks_.pop_back();
    }
    peaks_.push_back(node);
}

Sha256 MerkleRoot::finish() const {
    if (peaks_.empty()) return Sha256Stream{}.finish();
    auto root = peaks_.back();
    for (auto peak = peaks_.rbegin() + 1; peak != peaks_.rend(); ++peak)
        root = parent_of(*peak, root);
    return root;
}

}  // namespace muster
