#include "engine/sqlite/wal_index.h"

#include <array>
#include <cstring>

#include "engine/sqlite/sidecars.h"

namespace muster {
namespace {

constexpr std::size_t version_at = 0, initialized_at = 12, frames_at = 16, second_copy_at = 48,
                      folded_at = 96;
constexpr std::uint32_t version = 3'007'000;
using Index = std::array<std::byte, 100>;

/// In the byte order of the machine that made it.
std::uint32_t number(const Index& index, std::size_t at) {
    std::uint32_t out = 0;
    std::memcpy(&out, index.data() + at, sizeof out);
    return out;
}

}  // namespace

std::optional<std::uint32_t> frames_not_checkpointed(const fs::path& database) {
    const auto file = File::open_read(sidecar(database, "-shm"));
    if (!file) return std::nullopt;
    Index index{};
    if (!file->read_at(0, index)) return std::nullopt;
    // Two copies that differ: somebody is at it.
    const bool whole =
        std::memcmp(index.data(), index.data() + second_copy_at, second_copy_at) == 0;
    if (!whole || number(index, version_at) != version || index[initialized_at] == std::byte{0})
        return std::nullopt;
    const auto frames = number(index, frames_at), folded = number(index, folded_at);
    return folded <= frames ? std::optional{frames - folded} : std::nullopt;
}

}  // namespace muster
