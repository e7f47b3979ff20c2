// Where content stood: found again by what it is, wherever it went.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/base/bytes.h"

namespace muster {

/// A hash that rolls over bytes and depends on the last 32 of them. About one place in 32 is an
/// anchor, and the content decides which: the same bytes have the same anchors wherever they stand.
class RollingHash {
public:
    void add(std::byte next) { hash_ = (hash_ << 2U) + gear[std::to_integer<std::size_t>(next)]; }
    void forget() { hash_ = 0; }
    bool at_anchor() const { return hash_ >> anchor_shift == 0; }
    std::uint64_t value() const { return hash_; }

private:
    /// Any fixed numbers without a pattern do: here those of xorshift64*.
    static constexpr auto gear = [] {
        std::array<std::uint64_t, 256> numbers{};
        std::uint64_t state = 88172645463325252;
        for (auto& number : numbers) {
            state ^= state >> 12U;
            state ^= state << 25U;
            state ^= state >> 27U;
            number = state * 0x2545F4914F6CDD1D;
        }
        return numbers;
    }();
    static constexpr unsigned anchor_shift = 64 - 5;
    std::uint64_t hash_ = 0;
};

/// Remembers at which offset each anchor of some content stood; of anchors that share a slot, the
/// last one. A guess: what stands there has to be compared.
class Anchors {
public:
    /// For about so much content, in at most 160 MiB; offsets up to 1 TiB.
    explicit Anchors(Bytes content);

    /// Bytes that stand side by side, the first one at `offset`.
    void add(std::uint64_t offset, std::span<const std::byte> bytes);
    /// Of the last byte that went into `hash`.
    std::optional<std::uint64_t> find(const RollingHash& hash) const;

private:
    std::size_t slot_of(std::uint64_t hash) const;

    unsigned bits_;
    std::vector<std::uint32_t> low_;  ///< of the offset behind that byte; 0: nothing is known
    std::vector<std::uint8_t> high_;
};

}  // namespace muster
