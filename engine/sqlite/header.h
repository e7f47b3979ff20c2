// The 100-byte header at the start of a database file
// (https://sqlite.org/fileformat.html#the_database_header).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "engine/base/file.h"

namespace muster {

inline constexpr std::size_t header_size = 100;

struct DatabaseHeader {
    std::uint32_t page_size = 0;  ///< 512 to 65536, a power of two
    std::uint32_t reserved = 0;   ///< bytes at the end of each page that SQLite leaves alone
    bool wal = false;             ///< written by a WAL mode connection last
    std::uint32_t change_counter = 0;
    std::uint32_t page_count = 0;  ///< as written; see counted
    std::uint32_t freelist_trunk = 0;
    std::uint32_t freelist_count = 0;
    std::uint32_t largest_root = 0;  ///< not 0: auto_vacuum, the file holds pointer-map pages
    bool incremental = false;        ///< auto_vacuum waits for PRAGMA incremental_vacuum
    std::uint32_t text_encoding = 0;
    std::int32_t user_version = 0;
    std::int32_t application_id = 0;
    bool counted = false;  ///< page_count is valid: it was written with the last change

    std::uint32_t usable() const { return page_size - reserved; }
    /// Pages of the database in a file of `file_bytes`; bytes past them belong to nobody.
    std::uint64_t pages(std::uint64_t file_bytes) const {
        return counted ? page_count : file_bytes / page_size;
    }
    /// As PRAGMA auto_vacuum tells it.
    int auto_vacuum() const { return largest_root == 0 ? 0 : incremental ? 2 : 1; }
    /// As PRAGMA encoding spells it; a file that never held a table has chosen none yet.
    std::string_view encoding() const {
        const auto told = text_encoding & 3U;  // as SQLite reads it
        return told == 2 ? "UTF-16le" : told == 3 ? "UTF-16be" : "UTF-8";
    }
    /// The page at the lock byte, 1 GiB into the file: never holds content.
    std::uint32_t lock_page() const { return 0x40000000U / page_size + 1; }
};

/// Nothing when the bytes are no header of a format SQLite reads.
std::optional<DatabaseHeader> parse_header(std::span<const std::byte> bytes);

/// The same of an open file.
Result<std::optional<DatabaseHeader>> read_header(const File& file);

/// A big-endian number of 1 to 4 bytes, as SQLite's formats have them.
std::uint32_t big_endian(std::span<const std::byte> bytes);

}  // namespace muster
