// The pages of a database file, found their way around in and written past SQLite.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "drills/faults/injection.h"
#include "engine/sqlite/header.h"

namespace muster {

/// A cell of a leaf, or of an interior page of an index; places are bytes of the page.
struct PageCell {
    std::size_t payload_at = 0;
    std::size_t local = 0;       ///< bytes of the payload that stand in the page
    std::uint32_t overflow = 0;  ///< first page of the rest; 0: there is none
};

/// One page as read. What its bytes say is never trusted: what does not fit is not there.
class DatabasePage {
public:
    DatabasePage(std::uint32_t number, std::vector<std::byte> bytes, std::uint32_t usable)
        : number_(number), bytes_(std::move(bytes)), usable_(usable) {}

    std::uint32_t number() const { return number_; }
    std::vector<std::byte>& bytes() { return bytes_; }
    std::uint32_t word(std::size_t at) const;  ///< 0 past the end
    void set_word(std::size_t at, std::uint32_t value);
    void flip(std::size_t at, unsigned bit);

    unsigned type() const;  ///< 2, 5, 10 or 13: of a b-tree
    bool is_leaf() const { return type() == 10 || type() == 13; }
    bool is_interior() const { return type() == 2 || type() == 5; }
    std::size_t cells() const;
    /// Of an interior page, in order; the last one too.
    std::vector<std::uint32_t> children() const;
    std::optional<PageCell> cell(std::size_t index) const;

private:
    std::size_t start() const { return number_ == 1 ? header_size : 0; }
    std::size_t cell_at(std::size_t index) const;

    std::uint32_t number_;
    std::vector<std::byte> bytes_;
    std::uint32_t usable_;
};

/// "bit 3 of byte 40 of page 17".
std::string spell_bit(unsigned bit, std::size_t byte, std::uint32_t page);

/// The file itself; nobody else has it open. Holds one descriptor: no connection of this process
/// may be open on the file meanwhile.
class DatabasePages {
public:
    /// ErrorCode::not_a_database where it has no header.
    static Result<DatabasePages> open(const fs::path& database);

    const DatabaseHeader& header() const { return header_; }
    File& file() { return file_; }
    std::uint64_t count() const { return count_; }
    /// ErrorCode::damaged where there is no such page.
    Result<DatabasePage> read(std::uint32_t number) const;
    Result<> write(DatabasePage& page);

    /// A leaf of the b-tree at `root`; chosen by `dice` on the way down.
    Result<std::optional<DatabasePage>> leaf_below(std::uint32_t root, Dice& dice) const;
    /// Two leaves that stand beside each other in the b-tree at `root`.
    Result<std::optional<std::pair<std::uint32_t, std::uint32_t>>> neighbours_below(
        std::uint32_t root, Dice& dice) const;

private:
    DatabasePages(File file, const DatabaseHeader& header, std::uint64_t count)
        : file_(std::move(file)), header_(header), count_(count) {}

    File file_;
    DatabaseHeader header_;
    std::uint64_t count_;
};

}  // namespace muster
