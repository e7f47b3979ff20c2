#include "engine/snapshot/format/outline.h"

#include "engine/snapshot/format/compress.h"
#include "engine/snapshot/format/first_bytes.h"

namespace muster {

Result<Outline> outline_of(const File& artifact) {
    MUSTER_TRY(const auto first, first_bytes_of(artifact));
    if (first.seal) return Outline{std::nullopt, first.seal->key_id};
    return Outline{compression_of(first.bytes), std::nullopt};
}

}  // namespace muster
