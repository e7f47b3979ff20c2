// From an artifact's bytes to the database's, whatever layers it has: they show in its first bytes.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "engine/base/file.h"
#include "engine/model/policy/protect_spec.h"
#include "engine/snapshot/format/key.h"
#include "engine/snapshot/format/outline.h"
#include "engine/snapshot/format/progress.h"

namespace muster {

struct DecodeOptions {
    std::span<const Key> keys = {};   ///< the one with the artifact's key id opens it
    std::optional<Bytes> limit = {};  ///< most content; without it the content must be a database
    PieceProgress progress = {};      ///< in bytes of the artifact
};

struct Decoded {
    Compression compression = Compression::none;
    std::optional<std::string> key_id;  ///< of a sealed one
    Bytes artifact_bytes;
    Sha256 artifact_sha256;
    Bytes content_bytes;
    Sha256 content_sha256;
};

/// Gives the content to `sink`, on the caller's thread, in pieces of at most 1 MiB; what it got is
/// to be thrown away unless decode() succeeds. A failure of `sink` or of the progress ends it.
///
/// ErrorCode::damaged when a layer is cut off, changed, or continued past its end, when the file is
/// empty, and when the content goes past its bound; key_missing when no key fits;
/// not_a_database, unless there is a limit; not_available for what a newer version sealed and for
/// zstd windows of more than 128 MiB; io and so on when it cannot be read.
Result<Decoded> decode(const File& artifact, const DecodeOptions& options,
                       const std::function<Result<>(std::span<const std::byte>)>& sink);

}  // namespace muster
