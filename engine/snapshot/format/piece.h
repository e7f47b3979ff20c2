// What the stages of an encoding or decoding hand to each other.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "engine/base/result.h"

namespace muster {

using Piece = std::vector<std::byte>;
using PieceView = std::span<const std::byte>;

/// A piece holds no more; gzip members and zstd frames hold so much content each.
inline constexpr std::size_t piece_size = std::size_t{1} << 20U;

/// Takes pieces in order; its failure ends the work.
using PieceSink = std::function<Result<>(Piece)>;

}  // namespace muster
