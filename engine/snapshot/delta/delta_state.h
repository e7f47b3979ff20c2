// The latter state of a delta file: read here and there without a file that holds it, or written
// over the former one.
#pragma once

#include "engine/snapshot/delta/delta_file.h"

namespace muster {

/// Makes the changed pages at once, each of them once, and appends them to `pages`, which outlives
/// the state and may hold those of others; the rest is read of `former`. States stack: each is made
/// of the one below it, so that a chain costs what its links hold. `progress` is in frames.
///
/// ErrorCode::manifest_mismatch where `former` has another size than the one it is told by. Another
/// one of the same size shows in pages that changed since, and for certain in merkle_root_of().
/// Fails as read_delta_frame() does.
Result<std::unique_ptr<DatabaseState>> delta_state(const File& artifact, const DeltaIndex& index,
                                                   std::unique_ptr<DatabaseState> former,
                                                   File& pages, const PieceProgress& progress = {});

/// Makes of `content`, which holds the former state, the latter one; after a failure it holds
/// neither. The changed pages are made first, in the beginning of `spare`, whatever that holds;
/// none is held to its mark. Fails as delta_state() does. `progress` is in frames, and goes to
/// their end twice.
Result<> apply_delta(const File& artifact, const DeltaIndex& index, File& content, File& spare,
                     const PieceProgress& progress = {});

}  // namespace muster
