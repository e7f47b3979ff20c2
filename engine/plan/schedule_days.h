// Which days and which times of day a schedule names, on the wall clock: no zone, no window.
#pragma once

#include <optional>

#include "engine/model/schedule/schedule_spec.h"
#include "engine/model/schedule/zone.h"

namespace muster {

/// `schedule` has cron, monthly or weekdays. Holidays count, blackout dates do not.
bool names_day(const ScheduleSpec& schedule, const CalendarSpec& dates,
               std::chrono::year_month_day day);

/// The first reading of the wall clock at or after `from` that the schedule names, and the last one
/// at or before `until`; nothing where there is none within [from, until]. Whole minutes.
std::optional<LocalTime> first_reading(const ScheduleSpec& schedule, const CalendarSpec& dates,
                                       LocalTime from, LocalTime until);
std::optional<LocalTime> last_reading(const ScheduleSpec& schedule, const CalendarSpec& dates,
                                      LocalTime from, LocalTime until);

}  // namespace muster
