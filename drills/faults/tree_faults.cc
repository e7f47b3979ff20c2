#include "drills/faults/tree_faults.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>

#include "drills/faults/prepare.h"
#include "engine/sqlite/cell.h"
#include "engine/sqlite/connection.h"

namespace muster {
namespace {

constexpr int tries_in_a_tree = 8;

/// A b-tree that may be broken so that SQLite's own check can tell.
struct Tree {
    std::string name;
    std::string table;
    std::uint32_t root = 0;
};

constexpr std::string_view all_tables =
    "SELECT name, name, rootpage FROM sqlite_schema WHERE type = 'table' AND rootpage > 1 "
    "AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY rootpage";
/// Those whose order is that of their bytes: another byte is another key.
constexpr std::string_view plain_indexes =
    "SELECT s.name, s.tbl_name, s.rootpage FROM sqlite_schema s "
    "JOIN pragma_index_list(s.tbl_name) l ON l.name = s.name AND l.partial = 0 "
    "WHERE s.type = 'index' AND s.rootpage > 1 AND NOT EXISTS (SELECT 1 FROM "
    "pragma_index_xinfo(s.name) x WHERE x.coll <> 'BINARY' OR x.cid = -2) ORDER BY s.rootpage";

Result<std::vector<Tree>> trees_of(Connection& connection, std::string_view sql) {
    std::vector<Tree> out;
    MUSTER_TRY(auto rows, connection.prepare(sql));
    for (;;) {
        MUSTER_TRY(const bool row, rows.step());
        if (!row) return out;
        out.push_back({std::string{rows.text(0)}, std::string{rows.text(1)},
                       static_cast<std::uint32_t>(rows.integer(2))});
    }
}

std::string prepared_table() {
    return fmt::format(
        "SELECT name, name, rootpage FROM sqlite_schema WHERE type = 'table' AND name = '{}'",
        fault_rows);
}

/// What one attempt made of a tree: the place, or nothing where it has none.
using Struck = std::optional<std::string>;

/// One call of damage_tree.
class DamagingTree {
public:
    DamagingTree(DatabasePages& pages, const fs::path& path, Dice& dice)
        : pages_(pages), path_(path), dice_(dice) {}

    /// From one that the dice choose on, the first one that has such a place.
    Result<Injection> in_some_tree(std::string_view sql,
                                   const std::function<Result<Struck>(const Tree&)>& attempt) {
        // Immutable: it holds no lock that closing the file could drop.
        MUSTER_TRY(auto connection, Connection::open(path_, OpenMode::immutable));
        MUSTER_TRY(auto trees, trees_of(connection, sql));
        if (!trees.empty())
            std::rotate(trees.begin(),
                        trees.begin() + static_cast<std::ptrdiff_t>(dice_.below(trees.size())),
                        trees.end());
        for (const auto& tree : trees) {
            // One of a collation or function that is not here cannot be checked at
            // all.
            if (!connection.prepare("PRAGMA integrity_check(" + quote_name(tree.table) + ")"))
                continue;
            MUSTER_TRY(auto place, attempt(tree));
            if (place) return Injection::at(*std::move(place));
        }
        return Injection::none(fmt::format("no one of {} b-trees has such a place", trees.size()));
    }

    Result<Struck> page_bit(const Tree& in) {
        MUSTER_TRY(auto leaf, pages_.leaf_below(in.root, dice_));
        if (!leaf) return Struck{};
        // Bit 3 would make an interior page of it: every other one makes it no page at all.
        constexpr std::array bits{0U, 1U, 2U, 4U, 5U, 6U, 7U};
        const auto bit = bits.at(dice_.below(bits.size()));
        leaf->flip(0, bit);
        MUSTER_CHECK(pages_.write(*leaf));
        return Struck{fmt::format("{}, the type of a leaf of table {}",
                                  spell_bit(bit, 0, leaf->number()), in.name)};
    }

    Result<Struck> index_bit(const Tree& in) {
        MUSTER_TRY(auto leaf, pages_.leaf_below(in.root, dice_));
        if (!leaf || leaf->type() != 10 || leaf->cells() == 0) return Struck{};
        const auto first = dice_.below(leaf->cells());
        for (std::size_t i = 0; i < leaf->cells(); ++i) {
            const auto at = first_value(*leaf, (first + i) % leaf->cells());
            if (!at) continue;
            leaf->flip(*at, 0);
            MUSTER_CHECK(pages_.write(*leaf));
            return Struck{fmt::format("{}, in a key of index {} of table {}",
                                      spell_bit(0, *at, leaf->number()), in.name, in.table)};
        }
        return Struck{};
    }

    /// Where the first value of a record stands that takes a byte; NULL, 0 and 1 take none.
    static std::optional<std::size_t> first_value(DatabasePage& leaf, std::size_t index) {
        const auto cell = leaf.cell(index);
        if (!cell) return std::nullopt;
        const auto record =
            std::span<const std::byte>{leaf.bytes()}.subspan(cell->payload_at, cell->local);
        std::size_t at = 0;
        const auto header = read_varint(record, at);
        if (!header || *header >= record.size()) return std::nullopt;
        while (at < *header) {
            const auto serial = read_varint(record, at);
            if (serial && width_of(*serial) > 0)
                return cell->payload_at + static_cast<std::size_t>(*header);
        }
        return std::nullopt;
    }

    Result<Struck> overflow_bit(const Tree& in) {
        for (int tries = 0; tries < tries_in_a_tree; ++tries) {
            MUSTER_TRY(const auto leaf, pages_.leaf_below(in.root, dice_));
            if (!leaf || leaf->cells() == 0) return Struck{};
            const auto first = dice_.below(leaf->cells());
            for (std::size_t i = 0; i < leaf->cells(); ++i) {
                const auto cell = leaf->cell((first + i) % leaf->cells());
                if (!cell || cell->overflow == 0) continue;
                MUSTER_TRY(auto page, link_of(cell->overflow));
                const auto bit = static_cast<unsigned>(dice_.below(4));
                page.flip(3, bit);
                MUSTER_CHECK(pages_.write(page));
                return Struck{fmt::format("{}, where an overflow chain of table {} goes on",
                                          spell_bit(bit, 3, page.number()), in.name)};
            }
        }
        return Struck{};
    }

    /// One of the first pages of the chain that begins there.
    Result<DatabasePage> link_of(std::uint32_t number) {
        MUSTER_TRY(auto page, pages_.read(number));
        for (auto left = dice_.below(3); left > 0 && page.word(0) != 0; --left) {
            MUSTER_TRY(page, pages_.read(page.word(0)));
        }
        return page;
    }

    Result<Struck> value_bit(const Tree& in) {
        MUSTER_TRY(auto leaf, pages_.leaf_below(in.root, dice_));
        if (!leaf || leaf->cells() == 0) return Struck{};
        const auto cell = leaf->cell(dice_.below(leaf->cells()));
        if (!cell || cell->local == 0) return Struck{};
        const auto at = cell->payload_at + cell->local - 1;
        const auto bit = static_cast<unsigned>(dice_.below(8));
        leaf->flip(at, bit);
        MUSTER_CHECK(pages_.write(*leaf));
        return Struck{
            fmt::format("{}, in a value of table {}", spell_bit(bit, at, leaf->number()), in.name)};
    }

    Result<Struck> zeroed(const Tree& in) {
        MUSTER_TRY(auto leaf, pages_.leaf_below(in.root, dice_));
        if (!leaf) return Struck{};
        std::ranges::fill(leaf->bytes(), std::byte{0});
        MUSTER_CHECK(pages_.write(*leaf));
        return Struck{fmt::format("page {}, a leaf of table {}", leaf->number(), in.name)};
    }

    Result<Struck> swapped(const Tree& in) {
        MUSTER_TRY(const auto pair, pages_.neighbours_below(in.root, dice_));
        if (!pair) return Struck{};
        MUSTER_TRY(auto left, pages_.read(pair->first));
        MUSTER_TRY(auto right, pages_.read(pair->second));
        // Keys of a table without rowid need not tell: nothing compares them across pages.
        if (left.type() != 13 || right.type() != 13) return Struck{};
        std::swap(left.bytes(), right.bytes());
        MUSTER_CHECK(pages_.write(left));
        MUSTER_CHECK(pages_.write(right));
        return Struck{fmt::format("pages {} and {}, leaves of table {}", left.number(),
                                  right.number(), in.name)};
    }

private:
    DatabasePages& pages_;
    const fs::path& path_;
    Dice& dice_;
};

}  // namespace

Result<std::optional<Injection>> damage_tree(Fault fault, DatabasePages& pages,
                                             const fs::path& path, Dice& dice) {
    DamagingTree in{pages, path, dice};
    const auto strike =
        [&](std::string_view sql,
            Result<Struck> (DamagingTree::*how)(const Tree&)) -> Result<std::optional<Injection>> {
        MUSTER_TRY(auto done,
                   in.in_some_tree(sql, [&](const Tree& tree) { return (in.*how)(tree); }));
        return std::optional{std::move(done)};
    };
    switch (fault) {
        case Fault::page_bit: return strike(all_tables, &DamagingTree::page_bit);
        case Fault::index_bit: return strike(plain_indexes, &DamagingTree::index_bit);
        case Fault::overflow_bit: return strike(all_tables, &DamagingTree::overflow_bit);
        case Fault::value_bit: return strike(prepared_table(), &DamagingTree::value_bit);
        case Fault::zeroed: return strike(all_tables, &DamagingTree::zeroed);
        case Fault::swapped_pages: return strike(all_tables, &DamagingTree::swapped);
        default: return std::optional<Injection>{};
    }
}

}  // namespace muster
