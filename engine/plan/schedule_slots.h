// The runs of a schedule, without jitter.
#pragma once

#include <optional>

#include "engine/plan/open_times.h"

namespace muster {

/// How far a run is looked for, forwards and backwards.
inline constexpr std::chrono::days schedule_horizon{3653};

inline constexpr std::chrono::seconds one_second{1};

/// Looks at schedule and calendar, which must outlive it.
class Slots {
public:
    Slots(const ScheduleSpec& schedule, const Calendar& calendar);

    /// The first run in [from, until], and the last one.
    std::optional<Time> first(Time from, Time until) const;
    std::optional<Time> last(Time from, Time until) const;

    const OpenTimes& open_times() const { return open_; }

private:
    // Each with its mirror; what the schedule names, whether it is open then or not.
    std::optional<Time> first_named(Time from, Time until) const;
    std::optional<Time> last_named(Time from, Time until) const;
    std::optional<Time> first_by_real_clock(Time from, Time until) const;
    std::optional<Time> last_by_real_clock(Time from, Time until) const;
    std::optional<Time> first_by_fixed_hour(Time from, Time until) const;
    std::optional<Time> last_by_fixed_hour(Time from, Time until) const;
    Time run_of(LocalTime reading) const;

    const ScheduleSpec& schedule_;
    const Calendar& calendar_;
    OpenTimes open_;
};

}  // namespace muster
