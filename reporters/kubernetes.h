// CronJobs for Kubernetes.
#pragma once

#include <vector>

#include "engine/model/schedule_export.h"

namespace muster {

/// One file with a CronJob for each job; for a job that one line of cron cannot say, one for each
/// line. Needs Kubernetes 1.27 or later (timeZone).
std::vector<ExportFile> kubernetes_cron_jobs(const ScheduleExport& from);

}  // namespace muster
