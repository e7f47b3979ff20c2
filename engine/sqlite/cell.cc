#include "engine/sqlite/cell.h"

#include <array>

namespace muster {

std::optional<std::uint64_t> read_varint(std::span<const std::byte> bytes, std::size_t& at) {
    std::uint64_t number = 0;
    for (int i = 0; i < 9; ++i) {
        if (at >= bytes.size()) return std::nullopt;
        const auto byte = std::to_integer<std::uint64_t>(bytes[at++]);
        if (i == 8) return number << 8U | byte;
        number = number << 7U | (byte & 0x7fU);
        if (byte < 0x80U) return number;
    }
    return number;
}

std::uint64_t width_of(std::uint64_t serial) {
    static constexpr std::array<std::uint64_t, 12> widths{0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0};
    return serial < widths.size() ? widths[serial] : (serial - 12) / 2;
}

std::uint64_t local_bytes(std::uint64_t payload, std::uint64_t usable, bool table_leaf) {
    const std::uint64_t most = table_leaf ? usable - 35 : (usable - 12) * 64 / 255 - 23;
    const std::uint64_t least = (usable - 12) * 32 / 255 - 23;
    if (payload <= most) return payload;
    const std::uint64_t fill = least + (payload - least) % (usable - 4);
    return fill <= most ? fill : least;
}

}  // namespace muster
