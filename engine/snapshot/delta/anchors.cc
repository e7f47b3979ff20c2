#include "engine/snapshot/delta/anchors.h"

#include <algorithm>
#include <bit>

namespace muster {
namespace {

constexpr unsigned fewest_bits = 10, most_bits = 25;
constexpr std::uint64_t bytes_a_slot = 16;  // two slots for each anchor
constexpr std::uint64_t golden = 0x9E3779B97F4A7C15;

}  // namespace

Anchors::Anchors(Bytes content)
    : bits_(std::clamp(static_cast<unsigned>(std::bit_width(content.count / bytes_a_slot)),
                       fewest_bits, most_bits)),
      low_(std::size_t{1} << bits_),
      high_(std::size_t{1} << bits_) {}

void Anchors::add(std::uint64_t offset, std::span<const std::byte> bytes) {
    RollingHash hash;
    for (const auto byte : bytes) {
        hash.add(byte);
        ++offset;
        if (!hash.at_anchor()) continue;
        const auto slot = slot_of(hash.value());
        low_[slot] = static_cast<std::uint32_t>(offset);
        high_[slot] = static_cast<std::uint8_t>(offset >> 32U);
    }
}

std::optional<std::uint64_t> Anchors::find(const RollingHash& hash) const {
    const auto slot = slot_of(hash.value());
    const auto behind = std::uint64_t{high_[slot]} << 32U | low_[slot];
    if (behind == 0) return std::nullopt;
    return behind - 1;
}

std::size_t Anchors::slot_of(std::uint64_t hash) const {
    return static_cast<std::size_t>((hash * golden) >> (64 - bits_));
}

}  // namespace muster
