// What the stages of an encoding or decoding hand to each other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "engine/base/file.h"

namespace muster {

using Piece = std::vector<std::byte>;
using PieceView = std::span<const std::byte>;

/// A piece holds no more; gzip members and zstd frames hold so much content each.
inline constexpr std::size_t piece_size = std::size_t{1} << 20U;

/// The bytes of `file` from `offset` on: piece_size of them, or what is left; empty at the end. A
/// small file costs no more memory than it has bytes.
Result<Piece> read_piece(const File& file, std::uint64_t offset);

/// Takes pieces in order; its failure ends the work.
using PieceSink = std::function<Result<>(Piece)>;

}  // namespace muster
