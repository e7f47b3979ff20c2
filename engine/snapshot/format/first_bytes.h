// The start of an artifact, as far as layers show in it.
#pragma once

#include "engine/base/file.h"
#include "engine/snapshot/format/seal.h"

namespace muster {

struct FirstBytes {
    Piece bytes;  ///< up to seal_header_size
    std::optional<SealHeader> seal;
};

/// Fails as outline_of() does.
Result<FirstBytes> first_bytes_of(const File& artifact);

}  // namespace muster
