// How much of a database's log no checkpoint has folded in yet.
#pragma once

#include <cstdint>
#include <optional>

#include "engine/base/file.h"

namespace muster {

/// Frames (pages) of the log of `database` that wait for a checkpoint, by the index that its users
/// share (https://sqlite.org/walformat.html). Nothing where there is no index, or it is not to be
/// understood: a crash left it, or another byte order.
///
/// Opens and closes the -shm, so no connection of this process may have the database open: its
/// locks would be gone.
std::optional<std::uint32_t> frames_not_checkpointed(const fs::path& database);

}  // namespace muster
