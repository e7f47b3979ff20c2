// Units for systemd: one service and one timer for each job.
#pragma once

#include <vector>

#include "engine/model/schedule_export.h"

namespace muster {

/// For /etc/systemd/system. Needs systemd 250 or later.
std::vector<ExportFile> systemd_units(const ScheduleExport& from);

}  // namespace muster
