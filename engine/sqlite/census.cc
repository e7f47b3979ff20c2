#include "engine/sqlite/census.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <optional>

#include "engine/sqlite/cell.h"
#include "engine/sqlite/header.h"

namespace muster {
namespace {

constexpr std::size_t faults_told = 20;
constexpr std::uint64_t pages_between_questions = 1024;
constexpr std::size_t longest_schema_name = std::size_t{1} << 16U;

using Page = std::vector<std::byte>;

struct Root {
    std::string name;
    std::uint32_t page = 0;
};

/// Name and root page out of a row of sqlite_schema (type, name, tbl_name, rootpage, sql).
std::optional<Root> decode_schema_row(std::span<const std::byte> record) {
    std::size_t at = 0;
    const auto header = read_varint(record, at);
    if (!header || *header > record.size()) return std::nullopt;
    std::array<std::uint64_t, 4> serials{};
    for (auto& serial : serials) {
        const auto value = read_varint(record.first(static_cast<std::size_t>(*header)), at);
        if (!value) return std::nullopt;
        serial = *value;
    }
    Root root;
    std::uint64_t offset = *header;
    for (std::size_t column = 0; column < serials.size(); ++column) {
        const std::uint64_t width = width_of(serials[column]);
        if (width > record.size() || offset + width > record.size()) return std::nullopt;
        const auto value =
            record.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(width));
        if (column == 1)
            root.name.assign(reinterpret_cast<const char*>(value.data()), value.size());
        if (column == 3 && serials[column] == 9) root.page = 1;
        if (column == 3 && serials[column] <= 6)
            root.page = big_endian(value.last(std::min<std::size_t>(4, value.size())));
        offset += width;
    }
    return root;
}

class Walk {
public:
    Walk(const File& file, const DatabaseHeader& header, std::uint64_t pages,
         const std::function<Result<>()>& keep_going)
        : file_(file),
          header_(header),
          keep_going_(keep_going),
          claimed_((pages + 63) / 64),
          page_(header.page_size),
          chain_page_(header.page_size) {
        census_.pages = pages;
    }

    Result<Census> run() {
        if (census_.pages >= header_.lock_page()) {
            claim(header_.lock_page(), "the lock byte");
            census_.lock = 1;
        }
        claim_pointer_maps();
        std::vector<Root> roots;
        schema_roots_ = &roots;
        MUSTER_CHECK(walk_tree({"sqlite_schema", 1}));
        schema_roots_ = nullptr;
        for (const auto& root : roots) MUSTER_CHECK(walk_tree(root));
        MUSTER_CHECK(walk_freelist());
        count_orphans();
        return std::move(census_);
    }

    void fault(std::string text) {
        if (census_.faults.size() < faults_told) census_.faults.push_back(std::move(text));
        ++census_.fault_count;
    }

private:
    bool is_claimed(std::uint64_t page) const {
        return (claimed_[(page - 1) / 64] >> ((page - 1) % 64) & 1U) != 0;
    }

    bool claim(std::uint64_t page, std::string_view by) {
        if (page == 0 || page > census_.pages) {
            fault(fmt::format("page {} is out of range, claimed by {}", page, by));
            return false;
        }
        if (is_claimed(page)) {
            fault(fmt::format("page {} is claimed twice, the second time by {}", page, by));
            return false;
        }
        claimed_[(page - 1) / 64] |= std::uint64_t{1} << ((page - 1) % 64);
        return true;
    }

    Result<> read(std::uint64_t page, Page& into) {
        if (keep_going_ && ++pages_read_ % pages_between_questions == 0)
            MUSTER_CHECK(keep_going_());
        MUSTER_TRY(const std::size_t count, file_.read_at((page - 1) * header_.page_size, into));
        if (count < into.size())
            std::fill(into.begin() + static_cast<std::ptrdiff_t>(count), into.end(), std::byte{0});
        return {};
    }

    static std::uint32_t word(const Page& page, std::size_t offset) {
        return big_endian(std::span{page}.subspan(offset, 4));
    }
    static std::uint32_t half(const Page& page, std::size_t offset) {
        return big_endian(std::span{page}.subspan(offset, 2));
    }

    void claim_pointer_maps() {
        if (header_.largest_root == 0) return;
        const std::uint64_t group = header_.usable() / 5 + 1;
        for (std::uint64_t page = 2; page <= census_.pages; page += group) {
            const std::uint64_t map = page == header_.lock_page() ? page + 1 : page;
            if (map <= census_.pages && claim(map, "a pointer map")) ++census_.pointer_map;
        }
    }

    Result<> walk_tree(const Root& root) {
        tree_ = root.name;
        if (!claim_tree_page(root.page)) return {};
        std::optional<bool> of_table;
        while (!pending_.empty()) {
            const std::uint32_t number = pending_.back();
            pending_.pop_back();
            MUSTER_CHECK(read(number, page_));
            const std::size_t start = number == 1 ? header_size : 0;
            const auto type = std::to_integer<unsigned>(page_[start]);
            const bool table = type == 5 || type == 13;
            if (!table && type != 2 && type != 10) {
                fault(fmt::format("page {} of {} has page type {}", number, tree_, type));
            } else if (of_table.value_or(table) != table) {
                fault(fmt::format("page {} of {} has the type of {} page", number, tree_,
                                  table ? "a table" : "an index"));
            } else {
                of_table = table;
                MUSTER_CHECK(walk_cells(number, start, type));
            }
        }
        return {};
    }

    bool claim_tree_page(std::uint32_t page) {
        if (!claim(page, tree_)) return false;
        ++census_.tree;
        // Claimed when pushed, not when visited: a hostile file cannot make the list longer than
        // its pages.
        pending_.push_back(page);
        return true;
    }

    Result<> walk_cells(std::uint32_t number, std::size_t start, unsigned type) {
        const bool interior = type == 2 || type == 5;
        const std::size_t pointers = start + (interior ? 12 : 8);
        const std::size_t cells = half(page_, start + 3);
        const std::size_t pointers_end = pointers + 2 * cells;
        if (pointers_end > header_.usable()) {
            fault(fmt::format("page {} of {} tells of {} cells, more than fit", number, tree_,
                              cells));
            return {};
        }
        for (std::size_t cell = 0; cell < cells; ++cell) {
            const std::size_t at = half(page_, pointers + 2 * cell);
            if (at < pointers_end || at + 4 > header_.usable()) {
                fault(fmt::format("cell {} of page {} of {} lies outside the page", cell, number,
                                  tree_));
                continue;
            }
            MUSTER_CHECK(walk_cell(number, cell, at, type));
        }
        if (interior) claim_tree_page(word(page_, start + 8));
        return {};
    }

    Result<> walk_cell(std::uint32_t number, std::size_t cell, std::size_t at, unsigned type) {
        if (type == 2 || type == 5) {
            claim_tree_page(word(page_, at));
            at += 4;
        }
        if (type == 5) return {};
        const auto bytes = std::span<const std::byte>{page_}.first(header_.usable());
        const auto payload = read_varint(bytes, at);
        const bool keyed = type != 13 || read_varint(bytes, at).has_value();
        const std::uint64_t local =
            payload ? local_bytes(*payload, header_.usable(), type == 13) : 0;
        if (!payload || !keyed || *payload > 0x7fffffffU ||
            at + local + (*payload > local ? 4 : 0) > bytes.size()) {
            fault(fmt::format("cell {} of page {} of {} is malformed", cell, number, tree_));
            return {};
        }
        record_.clear();
        const auto head = bytes.subspan(at, static_cast<std::size_t>(local));
        if (schema_roots_ != nullptr) record_.assign(head.begin(), head.end());
        if (*payload > local)
            MUSTER_CHECK(walk_chain(word(page_, at + head.size()), *payload - local));
        if (schema_roots_ != nullptr) note_root(number, cell);
        return {};
    }

    Result<> walk_chain(std::uint32_t next, std::uint64_t bytes) {
        const std::uint64_t content = header_.usable() - 4;
        for (std::uint64_t left = (bytes + content - 1) / content; left > 0; --left) {
            if (!claim(next, "an overflow chain of " + tree_)) return {};
            ++census_.overflow;
            MUSTER_CHECK(read(next, chain_page_));
            if (schema_roots_ != nullptr && record_.size() < longest_schema_name)
                record_.insert(record_.end(), chain_page_.begin() + 4,
                               chain_page_.begin() + static_cast<std::ptrdiff_t>(header_.usable()));
            next = word(chain_page_, 0);
        }
        if (next != 0)
            fault(fmt::format("an overflow chain of {} goes on past its content, to page {}", tree_,
                              next));
        return {};
    }

    void note_root(std::uint32_t number, std::size_t cell) {
        auto root = decode_schema_row(record_);
        if (!root)
            fault(fmt::format("cell {} of page {} of sqlite_schema is no row of a schema", cell,
                              number));
        else if (root->page != 0)
            schema_roots_->push_back(*std::move(root));
    }

    Result<> walk_freelist() {
        std::uint64_t count = 0;
        for (std::uint32_t trunk = header_.freelist_trunk; trunk != 0;) {
            if (!claim(trunk, "the freelist")) break;
            ++count;
            MUSTER_CHECK(read(trunk, page_));
            const std::uint32_t leaves = word(page_, 4);
            if (leaves > header_.usable() / 4 - 2) {
                fault(fmt::format("freelist trunk {} tells of {} leaves, more than fit", trunk,
                                  leaves));
                break;
            }
            for (std::uint32_t leaf = 0; leaf < leaves; ++leaf)
                if (claim(word(page_, 8 + 4 * std::size_t{leaf}), "the freelist")) ++count;
            trunk = word(page_, 0);
        }
        census_.freelist = count;
        if (count != header_.freelist_count)
            fault(fmt::format("the freelist holds {} pages, the header tells of {}", count,
                              header_.freelist_count));
        return {};
    }

    void count_orphans() {
        for (std::uint64_t page = 1; page <= census_.pages; ++page) {
            if (is_claimed(page)) continue;
            ++census_.orphaned;
            fault(census_.orphaned <= faults_told ? fmt::format("page {} is orphaned", page)
                                                  : std::string{});
        }
    }

    const File& file_;
    DatabaseHeader header_;
    const std::function<Result<>()>& keep_going_;
    std::uint64_t pages_read_ = 0;
    std::vector<std::uint64_t> claimed_;
    Page page_;
    Page chain_page_;
    std::vector<std::uint32_t> pending_;
    std::vector<std::byte> record_;  ///< of the schema row at hand, as far as it is needed
    std::vector<Root>* schema_roots_ = nullptr;  ///< set while sqlite_schema is walked
    std::string tree_;
    Census census_;
};

}  // namespace

Result<Census> take_census(const fs::path& path, const std::function<Result<>()>& keep_going) {
    MUSTER_TRY(const auto file, File::open_read(path));
    MUSTER_TRY(const auto size, file.size());
    MUSTER_TRY(const auto header, read_header(file));
    if (!header || size.count < header->page_size) {
        Census census;
        census.faults = {header ? "the file is shorter than one page"
                                : "the file has no database header"};
        census.fault_count = 1;
        return census;
    }
    const std::uint64_t told = header->pages(size.count);
    const std::uint64_t there = size.count / header->page_size;
    Walk walk{file, *header, std::min(told, there), keep_going};
    if (told > there)
        walk.fault(fmt::format("the file is truncated: the header tells of {} pages, {} are whole",
                               told, there));
    return walk.run();
}

}  // namespace muster
