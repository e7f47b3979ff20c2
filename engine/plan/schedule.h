// When a schedule runs. Pure: zone and dates come with the calendar.
//
// Calendar forms (cron, monthly, weekdays) name readings of the wall clock. Around clock changes
// they follow Vixie's cron: a reading with a fixed hour that falls into the gap runs once, right
// after the gap; one that comes twice runs the first time only. A cron line whose hour field
// begins with * follows the real clock: nothing in the gap, both times in a repeated hour.
// `every` counts elapsed time and knows no clock changes.
#pragma once

#include <optional>
#include <string_view>

#include "engine/model/schedule/schedule_spec.h"
#include "engine/model/schedule/zone.h"

namespace muster {

/// Blackout dates of the schedule itself stand in the schedule.
struct Calendar {
    Zone zone;
    CalendarSpec dates;
};

/// How late a run may start under `catch_up: skip`.
inline constexpr std::chrono::minutes skip_grace{15};

/// The first run later than `after`, jitter of `key` included; nothing where there is none within
/// ten years. The start stays inside the window and off the blackout dates: where the jitter would
/// carry it past their border, it is made smaller in proportion. `key` names what runs
/// ("finance-dr/protect/finance/acme"): its jitter is the same in every process.
std::optional<Time> next_run(const ScheduleSpec& schedule, const Calendar& calendar, Time after,
                             std::string_view key);

/// The latest run at or before `at`; nothing where there was none in the ten years before.
std::optional<Time> latest_run(const ScheduleSpec& schedule, const Calendar& calendar, Time at,
                               std::string_view key);

struct Due {
    bool now = false;
    std::optional<Time> since;  ///< the run that is due, where there is one; nothing when never run
    std::optional<Time> next;   ///< where not now: when it may begin, if it is ever; where now: the
                                ///< run after this one
};

/// `last` is when it last began; nothing when never: then it is due at once (under `catch_up: skip`
/// only within the grace of a run). A `last` later than `at` counts as never: a clock was wrong,
/// and one run too many is better than none for as long as that. What is due stays so until it is
/// done, but begins only inside the window and never on a blackout date. Jitter spreads the starts
/// that a scheduler makes; it makes nobody wait who asks, so it is left out here.
Due due_at(const ScheduleSpec& schedule, const Calendar& calendar, std::optional<Time> last,
           Time at);

/// The longest span between two runs that follow each other (without jitter), from `from` on for
/// `length`; nothing when fewer than two runs lie there.
std::optional<Duration> longest_gap(const ScheduleSpec& schedule, const Calendar& calendar,
                                    Time from, Duration length);

}  // namespace muster
