#include "engine/snapshot/delta/look_through.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "engine/base/workers.h"

namespace muster {
namespace {

constexpr unsigned most_lookers = 8;
/// Read at once: a multiple of every page size, and little enough to stay in a core's own cache.
constexpr std::size_t look_size = std::size_t{256} << 10U;
/// What one looker goes through before the others are waited for.
constexpr std::uint64_t share_size = std::uint64_t{8} << 20U;

Result<> look_at(const DatabaseState& state, std::uint64_t offset, std::uint64_t end,
                 const std::function<Result<>(std::uint64_t, PieceView)>& look) {
    Piece piece(static_cast<std::size_t>(std::min<std::uint64_t>(look_size, end - offset)));
    for (; offset < end; offset += piece.size()) {
        piece.resize(static_cast<std::size_t>(std::min<std::uint64_t>(look_size, end - offset)));
        MUSTER_CHECK(state.read(offset, piece));
        MUSTER_CHECK(look(offset, piece));
    }
    return {};
}

}  // namespace

Result<> look_through(const DatabaseState& state,
                      const std::function<Result<>(std::uint64_t, PieceView)>& look,
                      const PieceProgress& progress) {
    const auto size = state.size().count;
    const auto lookers = std::clamp(std::thread::hardware_concurrency(), 1U, most_lookers);
    for (std::uint64_t offset = 0; offset < size;) {
        const auto end = std::min(size, offset + lookers * share_size);
        const auto shares = static_cast<std::size_t>((end - offset + share_size - 1) / share_size);
        std::vector<Result<>> looked(shares);
        in_parallel(shares, lookers, [&](std::size_t i) {
            const auto from = offset + i * share_size;
            looked[i] = look_at(state, from, std::min(end, from + share_size), look);
            return looked[i].has_value();
        });
        for (const auto& each : looked) MUSTER_CHECK(each);
        offset = end;
        if (progress) MUSTER_CHECK(progress(offset, size));
    }
    return {};
}

Result<Sha256> merkle_root_of(const DatabaseState& state, std::uint32_t page_size,
                              const std::function<Result<>(std::span<const Sha256>)>& leaves,
                              const PieceProgress& progress) {
    if (state.size().count % page_size != 0)
        return fail(ErrorCode::damaged,
                    fmt::format("a database of {} bytes has no whole number of pages of {}",
                                state.size().count, page_size),
                    "choose another snapshot");
    MerkleRoot root;
    std::vector<Sha256> made(most_lookers * share_size / page_size);
    std::uint64_t first = 0;  // page that the first of them is of
    MUSTER_CHECK(look_through(
        state,
        [&](std::uint64_t offset, PieceView pages) -> Result<> {
            auto leaf = made.begin() + static_cast<std::ptrdiff_t>(offset / page_size - first);
            for (; !pages.empty(); pages = pages.subspan(page_size))
                *leaf++ = leaf_of(pages.first(page_size));
            return {};
        },
        [&](std::uint64_t done, std::uint64_t total) -> Result<> {
            const auto all =
                std::span{made}.first(static_cast<std::size_t>(done / page_size - first));
            for (const auto& leaf : all) root.add(leaf);
            if (leaves) MUSTER_CHECK(leaves(all));
            first = done / page_size;
            return progress ? progress(done, total) : Result<>{};
        }));
    return root.finish();
}

}  // namespace muster
