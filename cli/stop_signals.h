// SIGINT and SIGTERM ask a run to stop; it then rolls back what it began and ends in a record.
#pragma once

#include "engine/base/result.h"

namespace muster {

void watch_stop_signals();
/// ErrorCode::interrupted or terminated once a signal has come.
Result<> keep_going();

}  // namespace muster
