#include "engine/plan/schedule_slots.h"

#include <algorithm>

#include "engine/plan/schedule_days.h"

namespace muster {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A Monday, so that spans of weeks begin with the week.
constexpr Time span_anchor = std::chrono::sys_days{std::chrono::year{2001} / 1 / 1};

/// How much of its span has passed at `time`.
milliseconds into_span(milliseconds every, Time time) {
    const auto rest = milliseconds{time - span_anchor} % every;
    return rest < milliseconds{0} ? rest + every : rest;
}

/// The begin of a span, as the first whole second in it.
std::optional<Time> first_span(milliseconds every, Time from, Time until) {
    const auto past = into_span(every, from - one_second);
    const auto wait = every - past;
    if (wait > until - (from - one_second)) return std::nullopt;
    const auto begin = std::chrono::ceil<seconds>(from - one_second + wait);
    return begin <= until ? std::optional{begin} : std::nullopt;
}

std::optional<Time> last_span(milliseconds every, Time from, Time until) {
    const auto past = into_span(every, until);
    if (past > until - from) return std::nullopt;
    return std::chrono::ceil<seconds>(until - past);
}

LocalTime local_at(Time time, seconds offset) {
    return LocalTime{(time + offset).time_since_epoch()};
}

Time utc_of(LocalTime local, seconds offset) {
    return Time{local.time_since_epoch()} - offset;
}

/// The latest reading that the clock had shown by `time`: before it went back it showed later ones.
LocalTime highest_reading(const Zone& zone, Time time) {
    auto highest = local_of(zone, time);
    for (auto change = steady_offset(zone, time).begin; change > time - std::chrono::days{2};
         change = steady_offset(zone, change - one_second).begin)
        highest = std::max(highest, local_of(zone, change - one_second));
    return highest;
}

}  // namespace

Slots::Slots(const ScheduleSpec& schedule, const Calendar& calendar)
    : schedule_(schedule), calendar_(calendar), open_(schedule, calendar) {}

std::optional<Time> Slots::first(Time from, Time until) const {
    if (schedule_.every) {
        if (*schedule_.every <= Duration{0}) return std::nullopt;
        // A span that began before waits for the first open time still, if none was open since.
        const auto begun = last_span(*schedule_.every, from - schedule_horizon, from - one_second);
        if (begun && !open_.last_open(*begun, from - one_second))
            return open_.first_open(from, until);
        const auto begins = first_span(*schedule_.every, from, until);
        return begins ? open_.first_open(*begins, until) : std::nullopt;
    }
    for (auto run = first_named(from, until); run; run = first_named(*run, until)) {
        if (open_.is_open(*run)) return run;
        run = open_.first_open(*run, until);
        if (!run) break;
    }
    return std::nullopt;
}

std::optional<Time> Slots::last(Time from, Time until) const {
    if (schedule_.every) {
        if (*schedule_.every <= Duration{0}) return std::nullopt;
        const auto open = open_.last_open(from, until);
        if (!open) return std::nullopt;
        const auto begun = last_span(*schedule_.every, from - schedule_horizon, *open);
        const auto run = begun ? open_.first_open(*begun, *open) : std::nullopt;
        return run && *run >= from ? run : std::nullopt;
    }
    for (auto run = last_named(from, until); run; run = last_named(from, *run)) {
        if (open_.is_open(*run)) return run;
        run = open_.last_open(from, *run);
        if (!run) break;
    }
    return std::nullopt;
}

std::optional<Time> Slots::first_named(Time from, Time until) const {
    return schedule_.cron && schedule_.cron->any_hour ? first_by_real_clock(from, until)
                                                      : first_by_fixed_hour(from, until);
}

std::optional<Time> Slots::last_named(Time from, Time until) const {
    return schedule_.cron && schedule_.cron->any_hour ? last_by_real_clock(from, until)
                                                      : last_by_fixed_hour(from, until);
}

std::optional<Time> Slots::first_by_real_clock(Time from, Time until) const {
    while (from <= until) {
        const auto [begin, end, offset] = steady_offset(calendar_.zone, from);
        const auto stop = std::min(end - one_second, until);
        if (const auto reading = first_reading(schedule_, calendar_.dates, local_at(from, offset),
                                               local_at(stop, offset)))
            return utc_of(*reading, offset);
        from = stop + one_second;
    }
    return std::nullopt;
}

std::optional<Time> Slots::last_by_real_clock(Time from, Time until) const {
    while (from <= until) {
        const auto [begin, end, offset] = steady_offset(calendar_.zone, until);
        const auto stop = std::max(begin, from);
        if (const auto reading = last_reading(schedule_, calendar_.dates, local_at(stop, offset),
                                              local_at(until, offset)))
            return utc_of(*reading, offset);
        until = stop - one_second;
    }
    return std::nullopt;
}

Time Slots::run_of(LocalTime reading) const {
    const auto readings = readings_of(calendar_.zone, reading);
    return readings.first.value_or(readings.gap_end);
}

// A later reading never runs earlier. So the wall clock is followed, and the few readings that a
// clock change moves out of [from, until] are passed over.
std::optional<Time> Slots::first_by_fixed_hour(Time from, Time until) const {
    // What the clock would have shown, had it not jumped to `from`, runs at `from`.
    auto at = std::min(local_of(calendar_.zone, from - one_second) + one_second,
                       local_of(calendar_.zone, from));
    const auto latest = highest_reading(calendar_.zone, until);
    while (const auto reading = first_reading(schedule_, calendar_.dates, at, latest)) {
        const auto run = run_of(*reading);
        if (run >= from) return run <= until ? std::optional{run} : std::nullopt;
        at = *reading + one_second;
    }
    return std::nullopt;
}

std::optional<Time> Slots::last_by_fixed_hour(Time from, Time until) const {
    const auto earliest = local_of(calendar_.zone, from - one_second) + one_second;
    auto at = highest_reading(calendar_.zone, until);
    while (const auto reading = last_reading(schedule_, calendar_.dates, earliest, at)) {
        const auto run = run_of(*reading);
        if (run <= until) return run >= from ? std::optional{run} : std::nullopt;
        at = *reading - one_second;
    }
    return std::nullopt;
}

}  // namespace muster
