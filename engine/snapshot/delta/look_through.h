// All of a state, read on several threads.
#pragma once

#include "engine/snapshot/delta/database_state.h"
#include "engine/snapshot/delta/merkle.h"
#include "engine/snapshot/format/piece.h"
#include "engine/snapshot/format/progress.h"

namespace muster {

/// Gives every byte of the state to `look`, in pieces of whole pages, on several threads and in no
/// order. A failure of either ends it; `progress` is called on this thread, once all before its
/// `done` was looked at.
Result<> look_through(const DatabaseState& state,
                      const std::function<Result<>(std::uint64_t offset, PieceView)>& look,
                      const PieceProgress& progress = {});

/// Of the leaves of all pages, which `leaves` is given in order. ErrorCode::damaged where the state
/// is no whole number of pages.
Result<Sha256> merkle_root_of(const DatabaseState& state, std::uint32_t page_size,
                              const std::function<Result<>(std::span<const Sha256>)>& leaves = {},
                              const PieceProgress& progress = {});

}  // namespace muster
