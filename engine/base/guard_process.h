// The small process that stands between us and a program, from its own side.
#pragma once

#include "engine/base/launch.h"

namespace muster {

/// What becomes of the processes that a program leaves behind when it ends by itself:
/// is_left: they are nobody's; the guard ends with the program, and is no subreaper.
/// is_killed: the guard kills them, and ends when none is left.
/// is_held: they go on below the guard, which kills them when it is told to, or we end.
enum class Rest { is_left, is_killed, is_held };

/// What it is told, one byte each. terminate: SIGTERM to the group of the program, or where that
/// has ended to what it left; what is then left is waited for, not killed. kill: SIGKILL to all.
enum class GuardOrder : char { terminate = 't', kill = 'k' };

/// What it tells. Its end, which closes the channel, says that nothing is left below it.
struct GuardReport {
    enum class What { started, no_folder, no_program, ended, unkillable };
    What what{};
    int value = 0;  ///< pid, errno, errno, wait status, pid (0: not known)
};

struct GuardTask {
    const Launch& launch;
    int channel;  ///< SOCK_SEQPACKET; both descriptors are guard_descriptors or more
    int output;   ///< negative: what the program says is lost
    Rest rest;
};

/// Descriptors below are used by the guard itself.
constexpr int guard_descriptors = 4;

/// Never returns. To be called in a child of _Fork() that has all signals blocked: what other
/// threads held at that moment is held for ever, so only async-signal-safe calls are made.
[[noreturn]] void be_guard(const GuardTask& task);

}  // namespace muster
