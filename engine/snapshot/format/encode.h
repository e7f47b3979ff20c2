// From a database's bytes to an artifact's: compressed, then sealed, where so asked.
#pragma once

#include "engine/base/file.h"
#include "engine/model/policy/protect_spec.h"
#include "engine/snapshot/format/arrival.h"
#include "engine/snapshot/format/key.h"
#include "engine/snapshot/format/progress.h"

namespace muster {

struct EncodeOptions {
    Compression compression = Compression::none;
    const Key* key = nullptr;     ///< seals with it, where there is one
    unsigned workers = 0;         ///< threads that compress; 0: one for each core. At most 8.
    PieceProgress progress = {};  ///< in bytes of content
    /// Where the content is still being written: it is encoded as it comes, on all cores but one.
    Arrival* arrival = nullptr;
};

struct Encoded {
    Bytes content_bytes;
    Sha256 content_sha256;
    Bytes artifact_bytes;
    Sha256 artifact_sha256;
};

/// Appends to `artifact`, which is empty, and does not sync it. Reading, compressing and writing
/// overlap, in less than 80 MiB of memory. After a failure, the first one of any stage, the
/// artifact holds a part of it.
Result<Encoded> encode(const File& content, File& artifact, const EncodeOptions& options);

}  // namespace muster
