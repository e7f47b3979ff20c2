// How large databases were when doctor looked before: a cache in the state directory.
#pragma once

#include "engine/base/file.h"
#include "engine/model/health_report.h"

namespace muster {

/// Fills in the growth of each database that was looked at before, and remembers what it is now.
/// `file` has a line for each database: bytes of its pages, UTC time, path. Where it cannot be
/// read or written nothing is told, or remembered: it can be made again.
void compare_with_last_look(HealthReport& report, const fs::path& file);

}  // namespace muster
