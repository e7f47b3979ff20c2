// When another program is to start a job: readings of a clock that cover every run of its schedule.
//
// `apply` decides by the policy what is due, so a start too many is harmless and one too few is
// not. Where a schedule cannot be said exactly, the smallest simple set of readings is taken that
// holds all of its runs; jitter and blackout dates are left to muster.
#pragma once

#include <vector>

#include "engine/model/schedule_export.h"

namespace muster {

enum class FiringClock { policy, utc, machine };

/// Why a firing is there.
enum class FiringCause {
    schedule,
    opening,     ///< the window opens, or a blackout ends, and a run may be waiting
    gap,         ///< the clock goes forward over a reading, which then runs right after the gap
    second_pass  ///< the clock goes back, and each hour's readings come once more
};

/// Values ascend; an empty list means all. All lists must fit for a reading to count.
struct Firing {
    FiringCause cause = FiringCause::schedule;
    FiringClock clock = FiringClock::policy;
    std::vector<int> minutes;
    std::vector<int> hours;
    std::vector<int> days;      ///< of the month
    int last_days = 0;          ///< instead of `days`: so many days at the end of each month
    std::vector<int> months;    ///< from 1
    std::vector<int> weekdays;  ///< 0 is Sunday
    bool either_day = false;    ///< days or weekdays: one of the two must fit, as in cron
    bool real_clock = false;    ///< cron's rule for an hour field that begins with *
    bool operator==(const Firing&) const = default;
};

struct Timetable {
    std::vector<Firing> firings;
    bool exact = true;  ///< no reading of FiringCause::schedule is one too many
    bool late = false;  ///< runs are closer than a minute: whole minutes are too few for them
};

/// For a timer that knows time zones, and of a day of the month and a weekday wants both.
Timetable timetable_of(const ScheduleSpec& schedule, const CalendarSpec& dates, const Zone& zone);

/// The same for a timer that knows only the machine's clock. Where this is another clock than the
/// policy's (or UTC, which `every` counts in) each hour is taken, so that no change of either clock
/// can lose a run.
Timetable on_machine_clock(Timetable timetable, const Zone& zone, const Zone& machine);

/// The same for a timer that starts when either of day of the month and weekday fits, and knows no
/// "last day": of two the one that starts less often stays.
Timetable with_one_day_field(Timetable timetable);

/// They show the same time, always.
bool is_same_clock(const Zone& left, const Zone& right);

}  // namespace muster
