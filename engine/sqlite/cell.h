// How a cell of a b-tree page tells where its bytes are
// (https://sqlite.org/fileformat.html#b_tree_pages).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace muster {

/// A number in SQLite's variable-length form; `at` moves past it. Nothing at the end of the bytes.
std::optional<std::uint64_t> read_varint(std::span<const std::byte> bytes, std::size_t& at);

/// Bytes of a value of a record's serial type.
std::uint64_t width_of(std::uint64_t serial);

/// How much of a payload stands in the cell itself; the rest goes to overflow pages. `usable`:
/// bytes of a page that SQLite uses.
std::uint64_t local_bytes(std::uint64_t payload, std::uint64_t usable, bool table_leaf);

}  // namespace muster
