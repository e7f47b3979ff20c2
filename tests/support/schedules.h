// Schedules in one line each, and what comes of them as text.
#pragma once

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "engine/plan/schedule.h"
#include "tests/support/zones.h"

namespace muster::test {

template <class T>
T parsed(std::string_view text) {
    const auto value = TextForm<T>::parse(text);
    if (!value) throw std::invalid_argument(std::string{text});
    return *value;
}

inline ScheduleSpec cron_schedule(std::string_view text) {
    ScheduleSpec out;
    out.cron = parsed<Cron>(text);
    return out;
}

inline ScheduleSpec every_schedule(std::string_view text) {
    ScheduleSpec out;
    out.every = parsed<Duration>(text);
    return out;
}

inline ScheduleSpec monthly_schedule(std::string_view day, std::string_view at = "00:00") {
    ScheduleSpec out;
    out.monthly = parsed<MonthDay>(day);
    out.at = parsed<TimeOfDay>(at);
    return out;
}

inline ScheduleSpec weekdays_schedule(std::vector<Weekday> days, std::string_view at) {
    ScheduleSpec out;
    out.weekdays = std::move(days);
    out.at = parsed<TimeOfDay>(at);
    return out;
}

/// One of the forms that a field of cron can have; `below(n)` draws from 0 to n - 1.
template <class Draw>
std::string random_cron_field(Draw below, int low, int high) {
    const int a = below(high - low + 1) + low, b = below(high - low + 1) + low;
    const auto range = std::to_string(std::min(a, b)) + "-" + std::to_string(std::max(a, b));
    switch (below(6)) {
        case 0: return "*/" + std::to_string(below(high - 1) + 1);
        case 1: return std::to_string(a) + "," + std::to_string(b);
        case 2: return range;
        case 3: return range + "/" + std::to_string(below(5) + 1);
        case 4: return std::to_string(a);
        default: return "*";
    }
}

/// The runs later than `after`, the first `count` of them.
inline std::vector<std::string> runs_after(const ScheduleSpec& schedule, const Calendar& calendar,
                                           Time after, std::size_t count) {
    std::vector<std::string> out;
    auto run = next_run(schedule, calendar, after, "key");
    for (; run && out.size() < count; run = next_run(schedule, calendar, *run, "key"))
        out.push_back(format_time(*run));
    return out;
}

}  // namespace muster::test
