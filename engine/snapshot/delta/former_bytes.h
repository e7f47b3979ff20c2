// The bytes of a former state, compared and copied piece by piece.
#pragma once

#include <span>
#include <vector>

#include "engine/snapshot/delta/database_state.h"

namespace muster {

/// By way of a small cache. For one thread.
class FormerBytes {
public:
    explicit FormerBytes(const DatabaseState& state);

    std::uint64_t size() const { return size_; }
    /// How many bytes from `offset` on are those of `wanted`, in order.
    Result<std::size_t> equal_from(std::uint64_t offset, std::span<const std::byte> wanted);
    /// How many bytes before `offset` are the last ones of `wanted`, in order.
    Result<std::size_t> equal_before(std::uint64_t offset, std::span<const std::byte> wanted);
    /// As DatabaseState::read().
    Result<> copy(std::uint64_t offset, std::span<std::byte> into);

private:
    struct Block {
        std::uint64_t number;
        std::vector<std::byte> bytes;
    };
    /// What lies from `offset` to the end of its block.
    Result<std::span<const std::byte>> from(std::uint64_t offset);
    Result<std::span<const std::byte>> block(std::uint64_t number);

    const DatabaseState& state_;
    std::uint64_t size_;
    std::vector<Block> blocks_;
};

}  // namespace muster
