// Faults that only a real process meets: a write that fails, and a kill.
#pragma once

#include "drills/faults/fault_scene.h"
#include "engine/base/host.h"

namespace muster {

/// `muster restore` over another database may write only half of the backup's bytes into a file
/// (RLIMIT_FSIZE). Its error counts where it left the former database as it was, byte for byte, and
/// nothing beside it. Needs env of GNU coreutils and prlimit of util-linux; without them, or
/// without the program, nothing is injected. All that is made, the program's state too, is left in
/// `folder`.
Result<Reaction> fill_disk(const FaultScene& scene, const fs::path& folder, const Host& host);

/// `muster restore` is killed at each place of its swap, over a sound database and over a damaged
/// one, and restored once more. Finding `interrupted_restore` where each time the file was the
/// former or the new one, or an intent told of the rest, and the next restore mended what it found,
/// said so, and left the new database.
Result<Reaction> kill_restore(const FaultScene& scene, const fs::path& folder, const Host& host);

}  // namespace muster
