#include "engine/snapshot/format/outline.h"

#include <algorithm>

#include "engine/snapshot/format/compress.h"
#include "engine/snapshot/format/first_bytes.h"

namespace muster {

Result<Outline> outline_of(const File& artifact) {
    MUSTER_TRY(const auto first, first_bytes_of(artifact));
    if (first.seal) return Outline{std::nullopt, first.seal->key_id};
    const auto mark = std::as_bytes(std::span{delta_mark});
    const bool delta = first.bytes.size() >= mark.size() &&
                       std::ranges::equal(PieceView{first.bytes}.first(mark.size()), mark);
    return Outline{compression_of(first.bytes), std::nullopt, delta};
}

}  // namespace muster
