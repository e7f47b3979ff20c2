// The bytes of a former state, read here and there.
#pragma once

#include <span>
#include <vector>

#include "engine/base/file.h"

namespace muster {

/// The first `size` bytes of a file, by way of a small cache. For one thread.
class FormerBytes {
public:
    FormerBytes(const File& file, Bytes size);

    std::uint64_t size() const { return size_; }
    /// How many bytes from `offset` on are those of `wanted`, in order.
    Result<std::size_t> equal_from(std::uint64_t offset, std::span<const std::byte> wanted);
    /// How many bytes before `offset` are the last ones of `wanted`, in order.
    Result<std::size_t> equal_before(std::uint64_t offset, std::span<const std::byte> wanted);
    /// ErrorCode::damaged where they reach past the end.
    Result<> copy(std::uint64_t offset, std::span<std::byte> into);

private:
    struct Block {
        std::uint64_t number;
        std::vector<std::byte> bytes;
    };
    /// What lies from `offset` to the end of its block.
    Result<std::span<const std::byte>> from(std::uint64_t offset);
    Result<std::span<const std::byte>> block(std::uint64_t number);

    const File& file_;
    std::uint64_t size_;
    std::vector<Block> blocks_;
};

}  // namespace muster
