// Some changed pages, told by what of them stood elsewhere before.
#pragma once

#include <vector>

#include "engine/snapshot/delta/anchors.h"
#include "engine/snapshot/delta/former_bytes.h"
#include "engine/snapshot/format/piece.h"

namespace muster {

/// Pages of a database, from 1 on, ascending.
using PageNumbers = std::vector<std::uint32_t>;

/// docs/formats/delta.md says how they are read.
struct FrameText {
    Piece instructions;
    Piece literals;
};

/// `content` is the pages `numbers` side by side. What stands in the former state, at the same
/// place or where an anchor points, becomes a copy; the rest a literal. An Error only where the
/// former state cannot be read.
Result<FrameText> describe_pages(std::span<const std::uint32_t> numbers, PieceView content,
                                 std::uint32_t page_size, const Anchors& anchors,
                                 FormerBytes& former);

/// The content again. ErrorCode::damaged where the text, which lies in `artifact`, is none of so
/// many pages, or wants bytes that the former state does not have; what reading that one fails
/// with.
Result<Piece> make_pages(std::span<const std::uint32_t> numbers, PieceView instructions,
                         PieceView literals, std::uint32_t page_size, FormerBytes& former,
                         const fs::path& artifact);

}  // namespace muster
