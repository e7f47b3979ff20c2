// The five fields of cron.
#pragma once

#include <string>

#include "reporters/timetable.h"

namespace muster {

/// "15 2 * * *". `firing` has one day field (see with_one_day_field). As Vixie's cron reads them: a
/// minute or hour field that begins with * follows the real clock, so only a real-clock firing has
/// one.
std::string cron_fields(const Firing& firing);

}  // namespace muster
