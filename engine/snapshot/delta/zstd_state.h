// The content of a .zst file, decompressed here and there.
#pragma once

#include "engine/snapshot/delta/database_state.h"

namespace muster {

/// Of frames that each tell how much they hold, as muster writes them; `artifact` outlives the
/// state. Where they stand is found by the lengths of their blocks: a few bytes of each 128 KiB are
/// read. Nothing where a frame does not tell its content's size or holds more than 16 MiB, and
/// where this is no whole .zst file: then it is to be decoded from its beginning.
/// What is read fails with ErrorCode::damaged where a frame was changed.
Result<std::unique_ptr<DatabaseState>> zstd_state(const File& artifact,
                                                  Bytes kept = {std::uint64_t{8} << 20U});

}  // namespace muster
