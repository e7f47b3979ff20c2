// Faults that only a real process meets: a write that fails, and a kill.
#pragma once

#include <string>
#include <vector>

#include "drills/faults/injection.h"
#include "engine/base/file.h"
#include "engine/base/host.h"
#include "engine/model/finding.h"

namespace muster {

struct ProgramScene {
    fs::path muster;    ///< the program
    fs::path artifact;  ///< a sound, plain one; only read
    fs::path folder;    ///< empty; all that is made, the child's state too, is below it, and stays
    std::uint64_t seed = 0;
};

/// What was injected, and what was said to it.
struct Reaction {
    Injection injection;
    Findings findings;
    std::vector<std::string> errors;  ///< codes
};

/// `muster restore` over another database may write only half of the backup's bytes into a file
/// (RLIMIT_FSIZE). Its error counts where it left the former database as it was, byte for byte, and
/// nothing beside it. Needs env of GNU coreutils and prlimit of util-linux; without them nothing is
/// injected.
Result<Reaction> fill_disk(const ProgramScene& scene, const Host& host);

/// `muster restore` is killed at each place of its swap, over a sound database and over a damaged
/// one, and restored once more. Finding `interrupted_restore` where each time the file was the
/// former or the new one, or an intent told of the rest, and the next restore mended what it found,
/// said so, and left the new database.
Result<Reaction> kill_restore(const ProgramScene& scene, const Host& host);

}  // namespace muster
