// Property lists for launchd, the one of macOS.
#pragma once

#include <vector>

#include "engine/model/schedule_export.h"

namespace muster {

/// One agent or daemon for each job, for ~/Library/LaunchAgents or /Library/LaunchDaemons. launchd
/// knows only the machine's clock, and runs once after a sleep what it has slept through.
std::vector<ExportFile> launchd_agents(const ScheduleExport& from);

}  // namespace muster
