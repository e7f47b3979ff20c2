#include "engine/snapshot/delta/former_bytes.h"

#include <algorithm>
#include <limits>

namespace muster {
namespace {

constexpr std::size_t block_size = std::size_t{4} << 10U, blocks_kept = 256;
constexpr auto nothing = std::numeric_limits<std::uint64_t>::max();

}  // namespace

FormerBytes::FormerBytes(const DatabaseState& state)
    : state_(state), size_(state.size().count), blocks_(blocks_kept, Block{nothing, {}}) {}

Result<std::size_t> FormerBytes::equal_from(std::uint64_t offset,
                                            std::span<const std::byte> wanted) {
    std::size_t equal = 0;
    while (equal < wanted.size() && offset + equal < size_) {
        MUSTER_TRY(const auto there, from(offset + equal));
        const auto compared = std::min(there.size(), wanted.size() - equal);
        const auto differs =
            std::mismatch(there.begin(), there.begin() + std::ssize(there.first(compared)),
                          wanted.begin() + static_cast<std::ptrdiff_t>(equal));
        const auto same = static_cast<std::size_t>(differs.first - there.begin());
        equal += same;
        if (same < compared) break;
    }
    return equal;
}

Result<std::size_t> FormerBytes::equal_before(std::uint64_t offset,
                                              std::span<const std::byte> wanted) {
    std::size_t equal = 0;
    while (equal < wanted.size() && equal < offset) {
        const auto last = offset - equal - 1;
        MUSTER_TRY(const auto whole, block(last / block_size));
        const auto there = whole.first(static_cast<std::size_t>(last % block_size) + 1);
        const auto compared = std::min(there.size(), wanted.size() - equal);
        const auto differs =
            std::mismatch(there.rbegin(), there.rbegin() + static_cast<std::ptrdiff_t>(compared),
                          wanted.rbegin() + static_cast<std::ptrdiff_t>(equal));
        const auto same = static_cast<std::size_t>(differs.first - there.rbegin());
        equal += same;
        if (same < compared) break;
    }
    return equal;
}

Result<> FormerBytes::copy(std::uint64_t offset, std::span<std::byte> into) {
    while (!into.empty()) {
        if (offset >= size_) return state_.read(offset, into);  // says why it cannot
        MUSTER_TRY(const auto there, from(offset));
        const auto count = std::min(there.size(), into.size());
        std::ranges::copy(there.first(count), into.begin());
        into = into.subspan(count);
        offset += count;
    }
    return {};
}

Result<std::span<const std::byte>> FormerBytes::from(std::uint64_t offset) {
    MUSTER_TRY(const auto whole, block(offset / block_size));
    return whole.subspan(static_cast<std::size_t>(offset % block_size));
}

Result<std::span<const std::byte>> FormerBytes::block(std::uint64_t number) {
    auto& kept = blocks_[number % blocks_kept];
    if (kept.number != number) {
        kept.number = nothing;
        kept.bytes.resize(static_cast<std::size_t>(
            std::min<std::uint64_t>(block_size, size_ - number * block_size)));
        MUSTER_CHECK(state_.read(number * block_size, kept.bytes));
        kept.number = number;
    }
    return std::span<const std::byte>{kept.bytes};
}

}  // namespace muster
