// The latter state of a delta file, without a file that holds it.
#pragma once

#include "engine/snapshot/delta/delta_file.h"

namespace muster {

/// Makes the changed pages at once, each of them once, and appends them to `pages`, which outlives
/// the state and may hold those of others; the rest is read of `former`. States stack: each is made
/// of the one below it, so that a chain costs what its links hold. `progress` is in frames.
///
/// ErrorCode::manifest_mismatch where `former` has another size than the one it is told by. Another
/// one of the same size shows in pages that changed since, and for certain in read_state(). Fails
/// as read_delta_frame() does.
Result<std::unique_ptr<DatabaseState>> delta_state(const File& artifact, const DeltaIndex& index,
                                                   std::unique_ptr<DatabaseState> former,
                                                   File& pages, const PieceProgress& progress = {});

/// Gives the whole state to `sink`, as read_state() does, and proves nothing. A thread of its own
/// makes what comes next.
Result<> pour_state(const DatabaseState& state,
                    const std::function<Result<>(std::span<const std::byte>)>& sink,
                    const PieceProgress& progress = {});

/// Gives the whole state to `sink`, on the caller's thread, in order, in pieces of at most 1 MiB.
/// What it got is to be thrown away unless this succeeds: ErrorCode::damaged where the digest over
/// all is not `expected`, which `name`, for people, was told by.
Result<> read_state(const DatabaseState& state, const Sha256& expected, const std::string& name,
                    const std::function<Result<>(std::span<const std::byte>)>& sink,
                    const PieceProgress& progress = {});

}  // namespace muster
