// The latter state of a delta file, without a file that holds it.
#pragma once

#include "engine/snapshot/delta/delta_file.h"

namespace muster {

/// Reads of `former` what it does not find in `artifact`, which outlives the state; states stack,
/// so that one can be told by another that is told by a third. Each keeps what it made of its
/// frames, the last `kept` bytes, or two frames where that is more.
///
/// ErrorCode::manifest_mismatch where `former` has another size than the one it is told by. Another
/// one of the same size shows in pages that changed since, and for certain in read_state().
Result<std::unique_ptr<DatabaseState>> delta_state(const File& artifact, DeltaIndex index,
                                                   std::unique_ptr<DatabaseState> former,
                                                   Bytes kept = {std::uint64_t{8} << 20U});

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
