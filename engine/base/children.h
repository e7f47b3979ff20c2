// The processes that this process is the parent of.
#pragma once

#include <sys/types.h>

namespace muster {

struct Signalled {
    bool looked = false;  ///< /proc tells of the processes that we see
    int reached = 0;      ///< children that took the signal, dead ones that nobody waited for too
    pid_t refused = 0;    ///< one that may not be sent it
};

/// Sends it to every child there is. No other process is met by chance: only the parent frees the
/// number of a child, so nobody else may wait for children meanwhile. Async-signal-safe.
Signalled signal_children(int signal);

}  // namespace muster
