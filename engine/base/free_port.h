// A place for a service of our own to listen.
#pragma once

#include "engine/base/result.h"

namespace muster {

/// A TCP port of 127.0.0.1 that nobody listens on right now; nobody keeps it for the caller. io
/// where there is none.
Result<int> free_port();

}  // namespace muster
