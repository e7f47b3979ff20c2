// A crontab for Debian's cron.
#pragma once

#include <vector>

#include "engine/model/schedule_export.h"

namespace muster {

/// One file, for crontab(1): five fields and no user. Debian's cron knows no time zones, only the
/// machine's clock; around clock changes it does by itself what muster does.
std::vector<ExportFile> cron_table(const ScheduleExport& from);

}  // namespace muster
