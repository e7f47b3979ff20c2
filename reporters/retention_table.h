// Retention as a table that a person can check.
#pragma once

#include <string>

#include "engine/model/retention_report.h"

namespace muster {

/// Each group with its rules, each snapshot newest first with all its reasons, and totals.
std::string retention_table(const RetentionReport& report);

/// "3 other files were left alone"; empty where there are none.
std::string other_files_line(const RetentionReport& report);

}  // namespace muster
