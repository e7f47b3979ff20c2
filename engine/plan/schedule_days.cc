#include "engine/plan/schedule_days.h"

#include <algorithm>

namespace muster {
namespace {

using std::chrono::days;
using std::chrono::local_days;
using std::chrono::minutes;
using std::chrono::year_month_day;
using std::chrono::year_month_day_last;

constexpr minutes last_minute{24 * 60 - 1};

bool names_day_of(const Cron& cron, year_month_day date) {
    if (!cron.months[static_cast<unsigned>(date.month())]) return false;
    const bool day = cron.days[static_cast<unsigned>(date.day())];
    const bool weekday = cron.weekdays[std::chrono::weekday{local_days{date}}.c_encoding()];
    return cron.any_day || cron.any_weekday ? day && weekday : day || weekday;
}

bool is_business_day(local_days day, const CalendarSpec& dates) {
    const std::chrono::weekday weekday{day};
    if (weekday == std::chrono::Saturday || weekday == std::chrono::Sunday) return false;
    return std::ranges::none_of(
        dates.holidays, [&](const auto& span) { return contains(span, year_month_day{day}); });
}

/// True when `day`, which counts itself, is the nth of its month that counts (the last for -1).
template <class Counts>
bool is_nth(local_days day, int nth, Counts counts) {
    if (!counts(day)) return false;
    const year_month_day date{day};
    if (nth == -1) {
        const local_days end{year_month_day_last{date.year(), date.month() / std::chrono::last}};
        for (auto later = day + days{1}; later <= end; later += days{1})
            if (counts(later)) return false;
        return true;
    }
    int seen = 1;
    for (auto each = local_days{date.year() / date.month() / 1}; each < day && seen <= nth;
         each += days{1})
        if (counts(each)) ++seen;
    return seen == nth;
}

bool names_day_of(const MonthDay& named, const CalendarSpec& dates, year_month_day date) {
    const local_days day{date};
    if (named.kind == MonthDay::Kind::business_day)
        return is_nth(day, named.nth,
                      [&](local_days each) { return is_business_day(each, dates); });
    if (named.kind == MonthDay::Kind::weekday)
        return is_nth(day, named.nth,
                      [&](local_days each) { return std::chrono::weekday{each} == named.weekday; });
    const auto last = year_month_day_last{date.year(), date.month() / std::chrono::last}.day();
    if (named.nth == -1) return date.day() == last;
    return date.day() == std::min(std::chrono::day{static_cast<unsigned>(named.nth)}, last);
}

std::optional<minutes> first_minute(const ScheduleSpec& schedule, minutes from) {
    if (!schedule.cron) {
        const auto at = schedule.at.value_or(TimeOfDay{}).since_midnight;
        return at >= from ? std::optional{at} : std::nullopt;
    }
    auto minute = static_cast<std::size_t>(from.count() % 60);
    for (auto hour = static_cast<std::size_t>(from.count() / 60); hour < 24; ++hour, minute = 0)
        for (; schedule.cron->hours[hour] && minute < 60; ++minute)
            if (schedule.cron->minutes[minute]) return minutes{hour * 60 + minute};
    return std::nullopt;
}

std::optional<minutes> final_minute(const ScheduleSpec& schedule, minutes until) {
    if (!schedule.cron) {
        const auto at = schedule.at.value_or(TimeOfDay{}).since_midnight;
        return at <= until ? std::optional{at} : std::nullopt;
    }
    auto minutes_left = static_cast<std::size_t>(until.count() % 60) + 1;
    for (auto hour = static_cast<std::size_t>(until.count() / 60) + 1; hour-- > 0;
         minutes_left = 60)
        for (; schedule.cron->hours[hour] && minutes_left > 0; --minutes_left)
            if (schedule.cron->minutes[minutes_left - 1])
                return minutes{hour * 60 + minutes_left - 1};
    return std::nullopt;
}

}  // namespace

bool names_day(const ScheduleSpec& schedule, const CalendarSpec& dates, year_month_day day) {
    if (schedule.cron) return names_day_of(*schedule.cron, day);
    if (schedule.monthly) return names_day_of(*schedule.monthly, dates, day);
    const auto weekday = static_cast<Weekday>(std::chrono::weekday{local_days{day}}.c_encoding());
    return std::ranges::find(schedule.weekdays, weekday) != schedule.weekdays.end();
}

std::optional<LocalTime> first_reading(const ScheduleSpec& schedule, const CalendarSpec& dates,
                                       LocalTime from, LocalTime until) {
    auto start = std::chrono::ceil<minutes>(from);
    for (auto day = std::chrono::floor<days>(start); day <= until;
         day += days{1}, start = std::chrono::local_time<minutes>{day}) {
        if (!names_day(schedule, dates, year_month_day{day})) continue;
        const auto minute = first_minute(schedule, start - day);
        if (!minute) continue;
        return day + *minute <= until ? std::optional<LocalTime>{day + *minute} : std::nullopt;
    }
    return std::nullopt;
}

std::optional<LocalTime> last_reading(const ScheduleSpec& schedule, const CalendarSpec& dates,
                                      LocalTime from, LocalTime until) {
    auto day = std::chrono::floor<days>(until);
    auto end = std::chrono::floor<minutes>(until - day);
    for (; day + last_minute >= from; day -= days{1}, end = last_minute) {
        if (!names_day(schedule, dates, year_month_day{day})) continue;
        const auto minute = final_minute(schedule, end);
        if (!minute) continue;
        return day + *minute >= from ? std::optional<LocalTime>{day + *minute} : std::nullopt;
    }
    return std::nullopt;
}

}  // namespace muster
