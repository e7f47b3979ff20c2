#include "engine/snapshot/format/piece.h"

#include <algorithm>

namespace muster {

Result<Piece> read_piece(const File& file, std::uint64_t offset) {
    MUSTER_TRY(const auto size, file.size());
    const auto left = size.count - std::min(size.count, offset);
    // At the end too it is the file that says so: one that cannot be read is not taken for empty.
    Piece piece(std::clamp<std::uint64_t>(left, 1, piece_size));
    MUSTER_TRY(const auto count, file.read_at(offset, piece));
    piece.resize(count);
    return piece;
}

}  // namespace muster
