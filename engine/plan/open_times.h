// When a schedule lets work begin at all: inside its window, on no blackout date.
#pragma once

#include <optional>

#include "engine/plan/schedule.h"

namespace muster {

/// Looks at schedule and calendar, which must outlive it. All searches are in whole seconds.
class OpenTimes {
public:
    OpenTimes(const ScheduleSpec& schedule, const Calendar& calendar);

    bool is_open(Time time) const;
    /// The first open time in [from, until], the last one in it, and the first one in it that is
    /// not open.
    std::optional<Time> first_open(Time from, Time until) const;
    std::optional<Time> last_open(Time from, Time until) const;
    std::optional<Time> first_closed(Time from, Time until) const;

private:
    /// The next time later than `time` at which open may become closed or closed open, and the last
    /// such time at or before `time`. Nothing changes between two that follow each other.
    Time border_after(Time time) const;
    Time border_until(Time time) const;

    const ScheduleSpec& schedule_;
    const Calendar& calendar_;
    bool always_;
};

}  // namespace muster
