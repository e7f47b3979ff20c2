#include "engine/plan/open_times.h"

#include <algorithm>

namespace muster {
namespace {

using std::chrono::days;
using std::chrono::seconds;

constexpr seconds one_day = days{1};

seconds time_of_day(LocalTime local) {
    return local - std::chrono::floor<days>(local);
}

/// How long after `from` (a time of day) the time of day `to` comes next, more than nothing.
seconds ahead(seconds from, seconds to) {
    const auto wait = (to - from + one_day) % one_day;
    return wait == seconds{0} ? one_day : wait;
}

/// How long before `from` the time of day `to` was last, maybe nothing.
seconds behind(seconds from, seconds to) {
    return (from - to + one_day) % one_day;
}

}  // namespace

OpenTimes::OpenTimes(const ScheduleSpec& schedule, const Calendar& calendar)
    : schedule_(schedule),
      calendar_(calendar),
      always_(!schedule.window && schedule.blackout.empty() && calendar.dates.blackout.empty()) {}

bool OpenTimes::is_open(Time time) const {
    if (always_) return true;
    const auto local = local_of(calendar_.zone, time);
    if (const auto& window = schedule_.window; window && window->begin != window->end) {
        const auto now = time_of_day(local);
        const seconds begin = window->begin.since_midnight, end = window->end.since_midnight;
        const bool inside = begin < end ? begin <= now && now < end : begin <= now || now < end;
        if (!inside) return false;
    }
    const std::chrono::year_month_day date{std::chrono::floor<days>(local)};
    const auto has_date = [&](const DateSpan& span) { return contains(span, date); };
    return std::ranges::none_of(schedule_.blackout, has_date) &&
           std::ranges::none_of(calendar_.dates.blackout, has_date);
}

Time OpenTimes::border_after(Time time) const {
    const auto steady = steady_offset(calendar_.zone, time);
    const auto now = time_of_day(local_of(calendar_.zone, time));
    auto wait = ahead(now, seconds{0});
    if (schedule_.window)
        wait = std::min({wait, ahead(now, schedule_.window->begin.since_midnight),
                         ahead(now, schedule_.window->end.since_midnight)});
    return std::min(time + wait, steady.end);
}

Time OpenTimes::border_until(Time time) const {
    const auto steady = steady_offset(calendar_.zone, time);
    const auto now = time_of_day(local_of(calendar_.zone, time));
    auto past = behind(now, seconds{0});
    if (schedule_.window)
        past = std::min({past, behind(now, schedule_.window->begin.since_midnight),
                         behind(now, schedule_.window->end.since_midnight)});
    return std::max(time - past, steady.begin);
}

std::optional<Time> OpenTimes::first_open(Time from, Time until) const {
    while (from <= until && !is_open(from)) from = border_after(from);
    return from <= until ? std::optional{from} : std::nullopt;
}

std::optional<Time> OpenTimes::last_open(Time from, Time until) const {
    while (from <= until && !is_open(until)) until = border_until(until) - seconds{1};
    return from <= until ? std::optional{until} : std::nullopt;
}

std::optional<Time> OpenTimes::first_closed(Time from, Time until) const {
    if (always_) return std::nullopt;
    while (from <= until && is_open(from)) from = border_after(from);
    return from <= until ? std::optional{from} : std::nullopt;
}

}  // namespace muster
