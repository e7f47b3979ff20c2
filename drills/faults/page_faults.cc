#include "drills/faults/page_faults.h"

#include <fmt/format.h>

#include <algorithm>

#include "drills/faults/tree_faults.h"

namespace muster {
namespace {

constexpr std::size_t trunk_at = 32, count_at = 36;  // in the header
constexpr std::size_t leaves_at = 8;                 // in a trunk of the freelist

/// One call of damage_pages, for what is of no b-tree.
class DamagingFile {
public:
    DamagingFile(DatabasePages& pages, Dice& dice) : pages_(pages), dice_(dice) {}

    Result<Injection> run(Fault fault) {
        switch (fault) {
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
        page->flip(at, bit);
        MUSTER_CHECK(pages_.write(*page));
        return Injection::at(fmt::format("{}, a leaf that a trunk of the freelist names",
                                         spell_bit(bit, at, page->number())));
    }

    Result<Injection> unused_bit() {
        MUSTER_TRY(const auto page, trunk());
        if (!page) return no_free_page();
        MUSTER_TRY(auto leaf, pages_.read(page->word(some_leaf(*page))));
        const auto at = dice_.below(leaf.bytes().size());
        const auto bit = static_cast<unsigned>(dice_.below(8));
        leaf.flip(at, bit);
        MUSTER_CHECK(pages_.write(leaf));
        return Injection::at(spell_bit(bit, at, leaf.number()) + ", which is free");
    }

    Result<Injection> header_bit() {
        MUSTER_TRY(auto page, pages_.read(1));
        const auto at = dice_.below(std::string_view{"SQLite format 3"}.size());
        const auto bit = static_cast<unsigned>(dice_.below(8));
        page.flip(at, bit);
        MUSTER_CHECK(pages_.write(page));
        return Injection::at(spell_bit(bit, at, 1) + ", in the words that say what the file is");
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

    DatabasePages& pages_;
    Dice& dice_;
};

}  // namespace

Result<Injection> damage_pages(Fault fault, const fs::path& database, std::uint64_t seed) {
    MUSTER_TRY(auto pages, DatabasePages::open(database));
    Dice dice{seed};
    MUSTER_TRY(auto of_a_tree, damage_tree(fault, pages, database, dice));
    if (of_a_tree) return *std::move(of_a_tree);
    return DamagingFile(pages, dice).run(fault);
}

}  // namespace muster
