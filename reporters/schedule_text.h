// The answers of `schedule` for a terminal.
#pragma once

#include <string>

#include "engine/model/schedule_report.h"

namespace muster {

std::string schedule_text(const ScheduleReport& report);

}  // namespace muster
