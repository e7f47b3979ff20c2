#include "engine/snapshot/same_pages.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "engine/sqlite/header.h"

namespace muster {
namespace {

constexpr std::size_t compared_at_once = std::size_t{1} << 20U;  // a multiple of every page size
constexpr std::uint64_t lock_byte = std::uint64_t{1} << 30U;

struct Span {
    std::size_t from, length;
};
/// In the header: write and read version; change counter; schema cookie; version-valid-for and
/// SQLite's version.
constexpr std::array<Span, 4> differs_in_copies{Span{18, 2}, Span{24, 4}, Span{40, 4}, Span{92, 8}};

void blank(std::span<std::byte> bytes, std::size_t from, std::size_t length) {
    std::ranges::fill(bytes.subspan(from, length), std::byte{0});
}

}  // namespace

Result<bool> same_pages(const File& database, const fs::path& copy) {
    MUSTER_TRY(const auto file, File::open_read(copy));
    MUSTER_TRY(const auto size, file.size());
    std::vector<std::byte> ours(compared_at_once), theirs(compared_at_once);
    std::size_t page_size = 0;
    for (std::uint64_t offset = 0; offset < size.count; offset += compared_at_once) {
        MUSTER_TRY(const std::size_t count, file.read_at(offset, theirs));
        MUSTER_TRY(const std::size_t other, database.read_at(offset, std::span{ours}.first(count)));
        if (other != count) return false;
        for (auto* piece : {&ours, &theirs}) {
            if (offset == 0) {
                const auto header = parse_header(*piece);
                if (!header) return false;
                page_size = header->page_size;
                for (const auto& [from, length] : differs_in_copies) blank(*piece, from, length);
            }
            if (offset == lock_byte) blank(*piece, 0, page_size);
        }
        if (std::memcmp(ours.data(), theirs.data(), count) != 0) return false;
    }
    return true;
}

}  // namespace muster
