#include "engine/sqlite/header.h"

#include <array>
#include <bit>
#include <cstring>

namespace muster {

std::uint32_t big_endian(std::span<const std::byte> bytes) {
    std::uint32_t number = 0;
    for (const std::byte each : bytes) number = number << 8U | std::to_integer<std::uint32_t>(each);
    return number;
}

std::optional<DatabaseHeader> parse_header(std::span<const std::byte> bytes) {
    if (bytes.size() < header_size || std::memcmp(bytes.data(), "SQLite format 3", 16) != 0)
        return std::nullopt;
    const auto number = [&](std::size_t offset) { return big_endian(bytes.subspan(offset, 4)); };
    DatabaseHeader header;
    header.page_size = big_endian(bytes.subspan(16, 2));
    if (header.page_size == 1) header.page_size = 65536;
    header.reserved = std::to_integer<std::uint32_t>(bytes[20]);
    if (header.page_size < 512 || !std::has_single_bit(header.page_size) || header.usable() < 480)
        return std::nullopt;
    header.wal = bytes[18] == std::byte{2} || bytes[19] == std::byte{2};
    header.change_counter = number(24);
    header.page_count = number(28);
    header.freelist_trunk = number(32);
    header.freelist_count = number(36);
    header.largest_root = number(52);
    header.text_encoding = number(56);
    header.user_version = static_cast<std::int32_t>(number(60));
    header.incremental = number(64) != 0;
    header.application_id = static_cast<std::int32_t>(number(68));
    // An old SQLite writes without keeping the count: then version-valid-for stays behind.
    header.counted = header.page_count != 0 && header.change_counter == number(92);
    return header;
}

Result<std::optional<DatabaseHeader>> read_header(const File& file) {
    std::array<std::byte, header_size> bytes{};
    MUSTER_TRY(const auto count, file.read_at(0, bytes));
    return parse_header(std::span{bytes}.first(count));
}

}  // namespace muster
