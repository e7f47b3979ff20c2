#include "reporters/timetable.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "reporters/clock_changes.h"

namespace muster {
namespace {

using std::chrono::days;
using std::chrono::minutes;

using Values = std::vector<int>;

Values span_of(int first, int last) {
    Values out(static_cast<std::size_t>(last - first + 1));
    std::iota(out.begin(), out.end(), first);
    return out;
}

template <std::size_t N>
Values values_of(const std::bitset<N>& bits, int first) {
    Values out;
    for (std::size_t i = static_cast<std::size_t>(first); i < N; ++i)
        if (bits[i]) out.push_back(static_cast<int>(i));
    return out.size() == N - static_cast<std::size_t>(first) ? Values{} : out;
}

Firing daily(TimeOfDay at, FiringCause cause = FiringCause::schedule) {
    Firing out;
    out.cause = cause;
    out.minutes = {static_cast<int>(at.since_midnight.count() % 60)};
    out.hours = {static_cast<int>(at.since_midnight.count() / 60)};
    return out;
}

/// `every` counts in UTC from a Monday; its spans stand still in the week only where they divide
/// it.
Timetable every(Duration span) {
    Timetable out;
    Firing firing;
    firing.clock = FiringClock::utc;
    firing.real_clock = true;
    if (span % days{1} == Duration{0}) {
        firing.minutes = firing.hours = {0};
        if (span % days{7} == Duration{0}) firing.weekdays = {1};
        out.firings = {firing};
        out.exact = span == days{1} || span == days{7};
        return out;
    }
    out.late = span < minutes{1};
    const auto at_most = std::gcd(span.count(), Duration{days{1}}.count());
    auto step = minutes{1};
    if (at_most % Duration{minutes{1}}.count() == 0) step = minutes{at_most / 60'000};
    const auto by_hours = [&] {
        std::map<int, Values> hours_of_minute;
        for (auto at = minutes{0}; at < days{1}; at += step)
            hours_of_minute[static_cast<int>(at.count() % 60)].push_back(
                static_cast<int>(at.count() / 60));
        std::map<Values, Values> minutes_of_hours;
        for (const auto& [minute, hours] : hours_of_minute)
            minutes_of_hours[hours].push_back(minute);
        return minutes_of_hours;
    };
    auto groups = by_hours();
    // A dozen lines for one schedule would be exact, and nobody could read them.
    if (groups.size() > 4) {
        step = minutes{std::gcd(step.count(), 60)};
        groups = by_hours();
    }
    for (const auto& [hours, of_hour] : groups) {
        firing.hours = hours.size() == 24 ? Values{} : hours;
        firing.minutes = of_hour.size() == 60 ? Values{} : of_hour;
        out.firings.push_back(firing);
    }
    out.exact = step == span;
    return out;
}

Firing by_cron(const Cron& cron) {
    Firing out;
    out.minutes = values_of(cron.minutes, 0);
    out.hours = values_of(cron.hours, 0);
    out.days = values_of(cron.days, 1);
    out.months = values_of(cron.months, 1);
    out.weekdays = values_of(cron.weekdays, 0);
    out.either_day =
        !cron.any_day && !cron.any_weekday && !out.days.empty() && !out.weekdays.empty();
    // "0-31 or monday" is each day.
    if (!cron.any_day && !cron.any_weekday && !out.either_day) out.days = out.weekdays = {};
    out.real_clock = cron.any_hour;
    return out;
}

/// The most days on one list of dates that a month can have.
int most_in_a_month(const std::vector<DateSpan>& dates) {
    std::map<unsigned, int> every_year;
    std::map<std::chrono::year_month, int> once;
    for (const auto& each : dates) {
        if (each.every_year) {
            ++every_year[unsigned{each.first.month()}];
            continue;
        }
        // A list that names whole years leaves no business day to count.
        const std::chrono::sys_days last = std::min<std::chrono::sys_days>(
            each.last, std::chrono::sys_days{each.first} + days{366});
        for (std::chrono::sys_days day = each.first; day <= last; day += days{1}) {
            const std::chrono::year_month_day date{day};
            ++once[date.year() / date.month()];
        }
    }
    int most = 0;
    for (const auto& [month, count] : every_year) most = std::max(most, count);
    for (const auto& [month, count] : once) {
        const auto yearly = every_year.find(unsigned{month.month()});
        most = std::max(most, count + (yearly == every_year.end() ? 0 : yearly->second));
    }
    return most;
}

/// The days among which the nth business day must be, counted from the end of the month it is
/// counted from: at worst a weekend comes first, and every holiday before it.
int business_days_within(int nth, int holidays) {
    const int working = nth + holidays;
    return std::min(31, working + 2 * (1 + (working - 1) / 5));
}

Timetable monthly(const MonthDay& day, TimeOfDay at, const std::vector<DateSpan>& holidays) {
    Timetable out;
    auto firing = daily(at);
    const bool last = day.nth < 0;
    switch (day.kind) {
        case MonthDay::Kind::day:
            if (last || day.nth == 31) {
                firing.last_days = 1;
            } else {
                firing.days = {day.nth};
            }
            break;
        case MonthDay::Kind::weekday:
            firing.weekdays = {static_cast<int>(day.weekday.c_encoding())};
            if (last) {
                firing.last_days = 7;
            } else {
                firing.days = span_of(7 * day.nth - 6, std::min(31, 7 * day.nth));
            }
            break;
        case MonthDay::Kind::business_day: {
            const int within = business_days_within(last ? 1 : day.nth, most_in_a_month(holidays));
            firing.weekdays = span_of(1, 5);
            out.exact = false;
            if (last) {
                firing.last_days = within;
            } else {
                firing.days = span_of(1, within);
            }
        }
    }
    out.firings = {firing};
    if (day.kind == MonthDay::Kind::day && (day.nth == 29 || day.nth == 30)) {
        firing.months = {2};
        firing.days = day.nth == 29 ? Values{28} : Values{28, 29};
        out.exact = false;  // 28 February in a leap year
        out.firings.push_back(firing);
    }
    return out;
}

Firing weekly(const std::vector<Weekday>& weekdays, TimeOfDay at) {
    auto out = daily(at);
    for (const auto each : weekdays) out.weekdays.push_back(static_cast<int>(each));
    std::ranges::sort(out.weekdays);
    if (out.weekdays.size() == 7) out.weekdays.clear();
    return out;
}

bool covers(const Firing& wide, const Firing& narrow) {
    const auto holds = [&](Values Firing::*values) {
        return (wide.*values).empty() ||
               (!(narrow.*values).empty() && std::ranges::includes(wide.*values, narrow.*values));
    };
    return wide.clock == narrow.clock && !wide.either_day && !narrow.either_day &&
           (wide.last_days == 0 || wide.last_days == narrow.last_days) && holds(&Firing::minutes) &&
           holds(&Firing::hours) && holds(&Firing::days) && holds(&Firing::months) &&
           holds(&Firing::weekdays);
}

void add(std::vector<Firing>& to, Firing firing) {
    if (std::ranges::none_of(to, [&](const auto& each) { return covers(each, firing); }))
        to.push_back(std::move(firing));
}

Timetable named(const ScheduleSpec& schedule, const CalendarSpec& dates) {
    const auto at = schedule.at.value_or(TimeOfDay{});
    if (schedule.every) {
        auto out = every(*schedule.every);
        if (schedule.window) add(out.firings, daily(schedule.window->begin, FiringCause::opening));
        if (!schedule.blackout.empty() || !dates.blackout.empty())
            add(out.firings, daily({}, FiringCause::opening));
        return out;
    }
    if (schedule.cron) return {{by_cron(*schedule.cron)}};
    if (schedule.monthly) return monthly(*schedule.monthly, at, dates.holidays);
    return {{weekly(schedule.weekdays, at)}};
}

/// Both neighbours of each value too, around the end as well.
Values widened(const Values& values, int first, int last) {
    std::set<int> out;
    for (const auto value : values) {
        out.insert(value == first ? last : value - 1);
        out.insert(value);
        out.insert(value == last ? first : value + 1);
    }
    return static_cast<int>(out.size()) == last - first + 1 ? Values{}
                                                            : Values{out.begin(), out.end()};
}

/// Each month ends with 28 to 31, and its neighbours are its own last days and the first.
Values days_beside(const Values& days_of_month) {
    if (days_of_month.empty()) return {};
    std::set<int> out;
    for (const auto day : days_of_month) {
        out.insert({std::max(1, day - 1), day, std::min(31, day + 1)});
        if (day == 1) out.insert({28, 29, 30, 31});
        if (day >= 28) out.insert(1);
    }
    return {out.begin(), out.end()};
}

Values last_days_of(int count) {
    return span_of(29 - std::min(count, 28), 31);
}

Firing each_hour(Firing firing, const std::vector<int>& minutes_apart) {
    std::set<int> on_the_hour;
    for (const auto minute : firing.minutes)
        for (const auto apart : minutes_apart) on_the_hour.insert((minute + apart) % 60);
    firing.minutes = {on_the_hour.begin(), on_the_hour.end()};
    firing.hours.clear();
    if (firing.last_days > 0) firing.days = last_days_of(firing.last_days);
    firing.last_days = 0;
    firing.days = days_beside(firing.days);
    firing.weekdays = widened(firing.weekdays, 0, 6);
    firing.months = widened(firing.months, 1, 12);
    firing.real_clock = true;
    return firing;
}

}  // namespace

Timetable timetable_of(const ScheduleSpec& schedule, const CalendarSpec& dates, const Zone& zone) {
    auto out = named(schedule, dates);
    for (auto& firing : clock_change_firings(out.firings, zone))
        add(out.firings, std::move(firing));
    return out;
}

Timetable on_machine_clock(Timetable timetable, const Zone& zone, const Zone& machine) {
    Timetable out{{}, timetable.exact, timetable.late};
    for (auto& firing : timetable.firings) {
        const auto& clock = firing.clock == FiringClock::utc ? Zone{} : zone;
        const bool same = is_same_clock(clock, machine);
        // Each hour holds it; and a machine whose clock is the policy's passes there twice as well.
        if (!same && firing.cause == FiringCause::second_pass) continue;
        if (!same) {
            firing = each_hour(std::move(firing), minutes_between(clock, machine));
            out.exact = false;
        }
        firing.clock = FiringClock::machine;
        add(out.firings, std::move(firing));
    }
    return out;
}

Timetable with_one_day_field(Timetable timetable) {
    for (auto& firing : timetable.firings) {
        if (firing.last_days > 0) {
            firing.days = last_days_of(firing.last_days);
            if (firing.cause == FiringCause::schedule) timetable.exact = false;
            firing.last_days = 0;
        }
        if (firing.either_day || firing.days.empty() || firing.weekdays.empty()) continue;
        if (firing.cause == FiringCause::schedule) timetable.exact = false;
        const bool days_are_fewer = firing.days.size() * 7 < firing.weekdays.size() * 30;
        (days_are_fewer ? firing.weekdays : firing.days).clear();
    }
    return timetable;
}

}  // namespace muster
