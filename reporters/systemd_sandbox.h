// What a service of systemd may still do.
#pragma once

#include <string>

#include "engine/model/schedule_export.h"

namespace muster {

/// Lines of [Service]. A source is only read, also a WAL database that is in use: muster opens its
/// -shm read-only, so that its folder needs no ReadWritePaths=.
std::string sandbox_lines(const ScheduleExport& from, const ExportJob& job);

}  // namespace muster
