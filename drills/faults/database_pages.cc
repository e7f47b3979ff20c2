#include "drills/faults/database_pages.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/sqlite/cell.h"

namespace muster {
namespace {

constexpr int deepest_tree = 20;  // of SQLite itself; a cycle ends here too

}  // namespace

std::uint32_t DatabasePage::word(std::size_t at) const {
    return at + 4 > bytes_.size() ? 0 : big_endian(std::span{bytes_}.subspan(at, 4));
}

void DatabasePage::set_word(std::size_t at, std::uint32_t value) {
    for (std::size_t i = 4; i-- > 0; value >>= 8U)
        bytes_.at(at + i) = static_cast<std::byte>(value & 0xffU);
}

void DatabasePage::flip(std::size_t at, unsigned bit) {
    bytes_.at(at) ^= static_cast<std::byte>(1U << bit);
}

std::string spell_bit(unsigned bit, std::size_t byte, std::uint32_t page) {
    return fmt::format("bit {} of byte {} of page {}", bit, byte, page);
}

unsigned DatabasePage::type() const {
    return std::to_integer<unsigned>(bytes_[start()]);
}

std::size_t DatabasePage::cells() const {
    const std::size_t told = big_endian(std::span{bytes_}.subspan(start() + 3, 2));
    const std::size_t pointers = start() + (is_interior() ? 12 : 8);
    return std::min(told, (usable_ - pointers) / 2);
}

std::size_t DatabasePage::cell_at(std::size_t index) const {
    const std::size_t pointers = start() + (is_interior() ? 12 : 8);
    return big_endian(std::span{bytes_}.subspan(pointers + 2 * index, 2));
}

std::vector<std::uint32_t> DatabasePage::children() const {
    std::vector<std::uint32_t> out;
    for (std::size_t index = 0; index < cells(); ++index) out.push_back(word(cell_at(index)));
    out.push_back(word(start() + 8));
    return out;
}

std::optional<PageCell> DatabasePage::cell(std::size_t index) const {
    std::size_t at = cell_at(index) + (is_interior() ? 4 : 0);
    const auto bytes = std::span<const std::byte>{bytes_}.first(usable_);
    const auto payload = read_varint(bytes, at);
    if (!payload || (type() == 13 && !read_varint(bytes, at))) return std::nullopt;
    PageCell out;
    out.payload_at = at;
    out.local = static_cast<std::size_t>(local_bytes(*payload, usable_, type() == 13));
    if (at + out.local > bytes.size()) return std::nullopt;
    if (*payload > out.local) out.overflow = word(at + out.local);
    return out;
}

Result<DatabasePages> DatabasePages::open(const fs::path& database) {
    MUSTER_TRY(auto file, File::open_read_write(database));
    MUSTER_TRY(const auto size, file.size());
    MUSTER_TRY(const auto header, read_header(file));
    if (!header)
        return fail(ErrorCode::not_a_database,
                    fmt::format("{} has no database header", database.string()),
                    "damage a copy of a whole database");
    const auto count = std::min(header->pages(size.count), size.count / header->page_size);
    return DatabasePages{std::move(file), *header, count};
}

Result<DatabasePage> DatabasePages::read(std::uint32_t number) const {
    std::vector<std::byte> bytes(header_.page_size);
    if (number == 0 || number > count_ || number == header_.lock_page())
        return fail(ErrorCode::damaged,
                    fmt::format("{} has no page {}", file_.path().string(), number),
                    "damage a copy of a sound database");
    MUSTER_CHECK(file_.read_at((number - std::uint64_t{1}) * header_.page_size, bytes));
    return DatabasePage{number, std::move(bytes), header_.usable()};
}

Result<> DatabasePages::write(DatabasePage& page) {
    return file_.write_at((page.number() - std::uint64_t{1}) * header_.page_size, page.bytes());
}

Result<std::optional<DatabasePage>> DatabasePages::leaf_below(std::uint32_t root,
                                                              Dice& dice) const {
    for (int depth = 0; depth < deepest_tree; ++depth) {
        MUSTER_TRY(auto page, read(root));
        if (page.is_leaf()) return std::optional{std::move(page)};
        if (!page.is_interior()) break;
        const auto children = page.children();
        root = children[dice.below(children.size())];
    }
    return std::optional<DatabasePage>{};
}

Result<std::optional<std::pair<std::uint32_t, std::uint32_t>>> DatabasePages::neighbours_below(
    std::uint32_t root, Dice& dice) const {
    using Pair = std::pair<std::uint32_t, std::uint32_t>;
    for (int depth = 0; depth < deepest_tree; ++depth) {
        MUSTER_TRY(const auto page, read(root));
        if (!page.is_interior()) break;
        const auto children = page.children();
        if (children.size() < 2) {
            root = children.front();
            continue;
        }
        const auto first = dice.below(children.size() - 1);
        MUSTER_TRY(const auto left, read(children[first]));
        if (left.is_leaf()) return std::optional{Pair{children[first], children[first + 1]}};
        root = children[first];
    }
    return std::optional<Pair>{};
}

}  // namespace muster
