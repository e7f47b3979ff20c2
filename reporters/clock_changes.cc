#include "reporters/clock_changes.h"

#include <algorithm>
#include <set>

namespace muster {
namespace {

using std::chrono::floor;
using std::chrono::minutes;
using std::chrono::seconds;

struct Reading {
    std::chrono::year_month_day date;
    int weekday = 0;
    int hour = 0;
    int minute = 0;
};

Reading reading_at(seconds since_epoch) {
    const LocalTime time{since_epoch};
    const auto day = floor<std::chrono::days>(time);
    const auto clock = floor<minutes>(time - day).count();
    return {std::chrono::year_month_day{day},
            static_cast<int>(std::chrono::weekday{day}.c_encoding()), static_cast<int>(clock / 60),
            static_cast<int>(clock % 60)};
}

bool holds(const std::vector<int>& values, int value) {
    return values.empty() || std::ranges::find(values, value) != values.end();
}

bool fits_day(const Firing& firing, const Reading& reading) {
    const auto day = static_cast<int>(unsigned{reading.date.day()});
    const bool fits_weekday = holds(firing.weekdays, reading.weekday);
    if (firing.last_days > 0) {
        const std::chrono::year_month_day_last end{
            reading.date.year(), std::chrono::month_day_last{reading.date.month()}};
        return fits_weekday && day > static_cast<int>(unsigned{end.day()}) - firing.last_days;
    }
    const bool fits = holds(firing.days, day);
    return firing.either_day ? fits || fits_weekday : fits && fits_weekday;
}

bool fits(const Firing& firing, const Reading& reading) {
    return holds(firing.minutes, reading.minute) && holds(firing.hours, reading.hour) &&
           holds(firing.months, static_cast<int>(unsigned{reading.date.month()})) &&
           fits_day(firing, reading);
}

/// One firing that holds all of the readings it was given.
class Gathering {
public:
    void add(const Reading& reading) {
        minutes_.insert(reading.minute);
        hours_.insert(reading.hour);
        days_.insert(static_cast<int>(unsigned{reading.date.day()}));
        months_.insert(static_cast<int>(unsigned{reading.date.month()}));
        weekdays_.insert(reading.weekday);
    }
    bool empty() const { return minutes_.empty(); }
    Firing firing(FiringCause cause, FiringClock clock) const {
        Firing out;
        out.cause = cause;
        out.clock = clock;
        out.minutes = {minutes_.begin(), minutes_.end()};
        out.hours = {hours_.begin(), hours_.end()};
        out.days = {days_.begin(), days_.end()};
        out.months = {months_.begin(), months_.end()};
        out.weekdays = {weekdays_.begin(), weekdays_.end()};
        return out;
    }

private:
    std::set<int> minutes_, hours_, days_, months_, weekdays_;
};

}  // namespace

std::vector<Firing> clock_change_firings(const std::vector<Firing>& firings, const Zone& zone) {
    Gathering after_gap, second_pass;
    for (const auto& firing : firings) {
        if (firing.clock != FiringClock::policy) continue;
        for (std::size_t i = 1; i < zone.spans.size(); ++i) {
            const auto change = zone.spans[i].begin.time_since_epoch();
            const auto before = zone.spans[i - 1].offset;
            const auto after = zone.spans[i].offset;
            for (auto at = before; at < after; at += minutes{1})
                if (!firing.real_clock && fits(firing, reading_at(change + at)))
                    after_gap.add(reading_at(change + after));
            for (auto at = after; at < before; at += minutes{1})
                if (firing.real_clock && fits(firing, reading_at(change + at)))
                    second_pass.add(reading_at(change + (at - after)));
        }
    }
    std::vector<Firing> out;
    if (!after_gap.empty()) out.push_back(after_gap.firing(FiringCause::gap, FiringClock::policy));
    if (!second_pass.empty())
        out.push_back(second_pass.firing(FiringCause::second_pass, FiringClock::utc));
    return out;
}

bool is_same_clock(const Zone& left, const Zone& right) {
    const auto agree = [&](const ZoneSpan& span) {
        return offset_at(left, span.begin) == offset_at(right, span.begin);
    };
    return offset_at(left, Time{}) == offset_at(right, Time{}) &&
           std::ranges::all_of(left.spans, agree) && std::ranges::all_of(right.spans, agree);
}

std::vector<int> minutes_between(const Zone& from, const Zone& to) {
    std::set<int> out;
    const auto look = [&](Time time) {
        const auto apart = floor<minutes>(offset_at(to, time) - offset_at(from, time)).count() % 60;
        out.insert(static_cast<int>((apart + 60) % 60));
    };
    look(Time{});
    for (const auto& span : from.spans) look(span.begin);
    for (const auto& span : to.spans) look(span.begin);
    return {out.begin(), out.end()};
}

}  // namespace muster
