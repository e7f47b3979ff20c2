#include "drills/faults/page_faults.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "drills/faults/database_pages.h"
#include "drills/faults/prepare.h"
#include "engine/sqlite/cell.h"
#include "engine/sqlite/connection.h"

namespace muster {
namespace {

constexpr std::size_t trunk_at = 32, count_at = 36;  // in the header
constexpr std::size_t leaves_at = 8;                 // in a trunk of the freelist
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

void flip(DatabasePage& page, std::size_t at, unsigned bit) {
    page.bytes().at(at) ^= static_cast<std::byte>(1U << bit);
}

std::string bit_at(unsigned bit, std::size_t byte, std::uint32_t page) {
    return fmt::format("bit {} of byte {} of page {}", bit, byte, page);
}

/// What one attempt made of a tree: the place, or nothing where it has none.
using Place = std::optional<std::string>;

/// One call of damage_pages.
class Damaging {
public:
    Damaging(DatabasePages pages, fs::path path, std::uint64_t seed)
        : pages_(std::move(pages)), path_(std::move(path)), dice_(seed) {}

    Result<Injection> run(Fault fault) {
        switch (fault) {
            case Fault::page_bit:
                return in_some_tree(all_tables, [&](const Tree& in) { return page_bit(in); });
            case Fault::index_bit:
                return in_some_tree(plain_indexes, [&](const Tree& in) { return index_bit(in); });
            case Fault::overflow_bit:
                return in_some_tree(all_tables, [&](const Tree& in) { return overflow_bit(in); });
            case Fault::value_bit:
                return in_some_tree(prepared_table(),
                                    [&](const Tree& in) { return value_bit(in); });
            case Fault::zeroed:
                return in_some_tree(all_tables, [&](const Tree& in) { return zeroed(in); });
            case Fault::swapped_pages:
                return in_some_tree(all_tables, [&](const Tree& in) { return swapped(in); });
            case Fault::freelist_bit: return freelist_bit();
            case Fault::unused_bit: return unused_bit();
            case Fault::header_bit: return header_bit();
            case Fault::truncated: return truncated();
            case Fault::orphaned_page: return orphaned();
            default: break;
        }
        return fail(ErrorCode::internal, fmt::format("{} is no fault of a page", name_of(fault)));
    }

private:
    static std::string prepared_table() {
        return fmt::format(
            "SELECT name, name, rootpage FROM sqlite_schema WHERE type = 'table' AND name = '{}'",
            fault_rows);
    }

    /// From one that the dice choose on, the first one that has such a place.
    Result<Injection> in_some_tree(std::string_view sql,
                                   const std::function<Result<Place>(const Tree&)>& attempt) {
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

    Result<Place> page_bit(const Tree& in) {
        MUSTER_TRY(auto leaf, pages_.leaf_below(in.root, dice_));
        if (!leaf) return Place{};
        // Bit 3 would make an interior page of it: every other one makes it no page at all.
        constexpr std::array bits{0U, 1U, 2U, 4U, 5U, 6U, 7U};
        const auto bit = bits.at(dice_.below(bits.size()));
        flip(*leaf, 0, bit);
        MUSTER_CHECK(pages_.write(*leaf));
        return Place{fmt::format("{}, the type of a leaf of table {}",
                                 bit_at(bit, 0, leaf->number()), in.name)};
    }

    Result<Place> index_bit(const Tree& in) {
        MUSTER_TRY(auto leaf, pages_.leaf_below(in.root, dice_));
        if (!leaf || leaf->type() != 10 || leaf->cells() == 0) return Place{};
        const auto first = dice_.below(leaf->cells());
        for (std::size_t i = 0; i < leaf->cells(); ++i) {
            const auto at = first_value(*leaf, (first + i) % leaf->cells());
            if (!at) continue;
            flip(*leaf, *at, 0);
            MUSTER_CHECK(pages_.write(*leaf));
            return Place{fmt::format("{}, in a key of index {} of table {}",
                                     bit_at(0, *at, leaf->number()), in.name, in.table)};
        }
        return Place{};
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

    Result<Place> overflow_bit(const Tree& in) {
        for (int tries = 0; tries < tries_in_a_tree; ++tries) {
            MUSTER_TRY(const auto leaf, pages_.leaf_below(in.root, dice_));
            if (!leaf || leaf->cells() == 0) return Place{};
            const auto first = dice_.below(leaf->cells());
            for (std::size_t i = 0; i < leaf->cells(); ++i) {
                const auto cell = leaf->cell((first + i) % leaf->cells());
                if (!cell || cell->overflow == 0) continue;
                MUSTER_TRY(auto page, link_of(cell->overflow));
                const auto bit = static_cast<unsigned>(dice_.below(4));
                flip(page, 3, bit);
                MUSTER_CHECK(pages_.write(page));
                return Place{fmt::format("{}, where an overflow chain of table {} goes on",
                                         bit_at(bit, 3, page.number()), in.name)};
            }
        }
        return Place{};
    }

    /// One of the first pages of the chain that begins there.
    Result<DatabasePage> link_of(std::uint32_t number) {
        MUSTER_TRY(auto page, pages_.read(number));
        for (auto left = dice_.below(3); left > 0 && page.word(0) != 0; --left) {
            MUSTER_TRY(page, pages_.read(page.word(0)));
        }
        return page;
    }

    Result<Place> value_bit(const Tree& in) {
        MUSTER_TRY(auto leaf, pages_.leaf_below(in.root, dice_));
        if (!leaf || leaf->cells() == 0) return Place{};
        const auto cell = leaf->cell(dice_.below(leaf->cells()));
        if (!cell || cell->local == 0) return Place{};
        const auto at = cell->payload_at + cell->local - 1;
        const auto bit = static_cast<unsigned>(dice_.below(8));
        flip(*leaf, at, bit);
        MUSTER_CHECK(pages_.write(*leaf));
        return Place{
            fmt::format("{}, in a value of table {}", bit_at(bit, at, leaf->number()), in.name)};
    }

    Result<Place> zeroed(const Tree& in) {
        MUSTER_TRY(auto leaf, pages_.leaf_below(in.root, dice_));
        if (!leaf) return Place{};
        std::ranges::fill(leaf->bytes(), std::byte{0});
        MUSTER_CHECK(pages_.write(*leaf));
        return Place{fmt::format("page {}, a leaf of table {}", leaf->number(), in.name)};
    }

    Result<Place> swapped(const Tree& in) {
        MUSTER_TRY(const auto pair, pages_.neighbours_below(in.root, dice_));
        if (!pair) return Place{};
        MUSTER_TRY(auto left, pages_.read(pair->first));
        MUSTER_TRY(auto right, pages_.read(pair->second));
        // Keys of a table without rowid need not tell: nothing compares them across pages.
        if (left.type() != 13 || right.type() != 13) return Place{};
        std::swap(left.bytes(), right.bytes());
        MUSTER_CHECK(pages_.write(left));
        MUSTER_CHECK(pages_.write(right));
        return Place{fmt::format("pages {} and {}, leaves of table {}", left.number(),
                                 right.number(), in.name)};
    }

    /// The first trunk that names a leaf.
    Result<std::optional<DatabasePage>> trunk() const {
        auto number = pages_.header().freelist_trunk;
        for (std::uint64_t seen = 0; number != 0 && seen < pages_.count(); ++seen) {
            MUSTER_TRY(auto page, pages_.read(number));
            if (page.word(4) > 0) return std::optional{std::move(page)};
            number = page.word(0);
        }
        return std::optional<DatabasePage>{};
    }
    /// Where one of its leaves is named.
    std::size_t some_leaf(const DatabasePage& trunk) {
        const std::size_t room = pages_.header().usable() / 4 - 2;
        return leaves_at + 4 * dice_.below(std::min<std::size_t>(trunk.word(4), room));
    }
    static Injection no_free_page() { return Injection::none("no page is free but trunks"); }

    Result<Injection> freelist_bit() {
        MUSTER_TRY(auto page, trunk());
        if (!page) return no_free_page();
        const auto at = some_leaf(*page) + 3;
        const auto bit = static_cast<unsigned>(dice_.below(4));
        flip(*page, at, bit);
        MUSTER_CHECK(pages_.write(*page));
        return Injection::at(fmt::format("{}, a leaf that a trunk of the freelist names",
                                         bit_at(bit, at, page->number())));
    }

    Result<Injection> unused_bit() {
        MUSTER_TRY(const auto page, trunk());
        if (!page) return no_free_page();
        MUSTER_TRY(auto leaf, pages_.read(page->word(some_leaf(*page))));
        const auto at = dice_.below(leaf.bytes().size());
        const auto bit = static_cast<unsigned>(dice_.below(8));
        flip(leaf, at, bit);
        MUSTER_CHECK(pages_.write(leaf));
        return Injection::at(bit_at(bit, at, leaf.number()) + ", which is free");
    }

    Result<Injection> header_bit() {
        MUSTER_TRY(auto page, pages_.read(1));
        const auto at = dice_.below(std::string_view{"SQLite format 3"}.size());
        const auto bit = static_cast<unsigned>(dice_.below(8));
        flip(page, at, bit);
        MUSTER_CHECK(pages_.write(page));
        return Injection::at(bit_at(bit, at, 1) + ", in the words that say what the file is");
    }

    Result<Injection> truncated() {
        if (pages_.count() < 3) return Injection::none("it has fewer than 3 pages");
        const std::uint64_t page_size = pages_.header().page_size;
        const Bytes left{pages_.count() * 2 / 3 * page_size - page_size / 2};
        MUSTER_CHECK(pages_.file().resize(left));
        return Injection::at(
            fmt::format("cut off after {} of {} bytes", left.count, pages_.count() * page_size));
    }

    Result<Injection> orphaned() {
        const auto free = pages_.header().freelist_count;
        if (free == 0) return Injection::none("no page is free");
        MUSTER_TRY(auto page, pages_.read(1));
        page.set_word(trunk_at, 0);
        page.set_word(count_at, 0);
        MUSTER_CHECK(pages_.write(page));
        return Injection::at(
            fmt::format("the header forgets its freelist: {} pages belong to nothing", free));
    }

    DatabasePages pages_;
    fs::path path_;
    Dice dice_;
};

}  // namespace

Result<Injection> damage_pages(Fault fault, const fs::path& database, std::uint64_t seed) {
    MUSTER_TRY(auto pages, DatabasePages::open(database));
    return Damaging{std::move(pages), database, seed}.run(fault);
}

}  // namespace muster
