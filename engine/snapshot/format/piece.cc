#include "engine/snapshot/format/piece.h"

#include <algorithm>

namespace muster {

Result<Piece> read_piece(const File& file, std::uint64_t offset) {
    MUSTER_TRY(const auto size, file.size());
    const auto left = size.count - std::min(size.count, offset);
    Piece piece(std::min<std::uint64_t>(left, piece_size));
    MUSTER_TRY(const auto count, file.read_at(offset, piece));
    piece.resize(count);
    return piece;
}

}  // namespace muster
