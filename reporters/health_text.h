// The health of databases as text.
#pragma once

#include <string>

#include "engine/model/health_report.h"

namespace muster {

/// One line for each database that is not quite well, with what is wrong and what to do next; all
/// of them where they are few. Then the candidates for a VACUUM, and a line that adds them up.
std::string health_text(const HealthReport& report);

/// Only what is ill, as complaint_text() of terminal.h.
std::string complaint_text(const HealthReport& report);

}  // namespace muster
