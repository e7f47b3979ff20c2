#include "engine/snapshot/format/compress.h"

#include <algorithm>
#include <array>

namespace muster {
namespace {

template <std::size_t Count>
bool starts_with(PieceView bytes, const std::array<unsigned char, Count>& mark) {
    const auto start = std::as_bytes(std::span{mark});
    return bytes.size() >= Count && std::ranges::equal(bytes.first(Count), start);
}

}  // namespace

Compression compression_of(PieceView first) {
    constexpr std::array<unsigned char, 3> gzip_mark{0x1f, 0x8b, 0x08};
    constexpr std::array<unsigned char, 4> zstd_mark{0x28, 0xb5, 0x2f, 0xfd};
    constexpr std::array<unsigned char, 3> skippable_mark{0x2a, 0x4d, 0x18};
    if (starts_with(first, gzip_mark)) return Compression::gzip;
    if (starts_with(first, zstd_mark)) return Compression::zstd;
    // A frame of notes, with any of sixteen numbers in front; pzstd begins its files so.
    if (first.size() > 1 && (first[0] & std::byte{0xf0}) == std::byte{0x50} &&
        starts_with(first.subspan(1), skippable_mark))
        return Compression::zstd;
    return Compression::none;
}

}  // namespace muster
