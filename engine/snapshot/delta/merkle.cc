#include "engine/snapshot/delta/merkle.h"

#include <initializer_list>

namespace muster {
namespace {

/// Of a byte that tells what it is of, and then the parts.
Sha256 node_of(std::byte kind, std::initializer_list<std::span<const std::byte>> parts) {
    thread_local Sha256Stream stream;
    stream.begin_anew();
    stream.add({&kind, 1});
    for (const auto part : parts) stream.add(part);
    return stream.finish();
}

Sha256 parent_of(const Sha256& left, const Sha256& right) {
    return node_of(std::byte{1},
                   {std::as_bytes(std::span{left.bytes}), std::as_bytes(std::span{right.bytes})});
}

}  // namespace

Sha256 leaf_of(std::span<const std::byte> page) {
    return node_of(std::byte{0}, {page});
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
