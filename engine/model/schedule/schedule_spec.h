// When something is to run, as a policy says it.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "engine/base/fields.h"
#include "engine/model/schedule/cron.h"
#include "engine/model/schedule/date_span.h"
#include "engine/model/schedule/month_day.h"
#include "engine/model/schedule/time_of_day.h"

namespace muster {

/// In the order of std::chrono::weekday: value 0 is Sunday.
enum class Weekday { sunday, monday, tuesday, wednesday, thursday, friday, saturday };
template <>
struct Names<Weekday> {
    static constexpr std::array list{std::pair{Weekday::monday, std::string_view{"monday"}},
                                     std::pair{Weekday::tuesday, std::string_view{"tuesday"}},
                                     std::pair{Weekday::wednesday, std::string_view{"wednesday"}},
                                     std::pair{Weekday::thursday, std::string_view{"thursday"}},
                                     std::pair{Weekday::friday, std::string_view{"friday"}},
                                     std::pair{Weekday::saturday, std::string_view{"saturday"}},
                                     std::pair{Weekday::sunday, std::string_view{"sunday"}}};
};

enum class CatchUp { one, skip };
template <>
struct Names<CatchUp> {
    static constexpr std::array list{std::pair{CatchUp::one, std::string_view{"one"}},
                                     std::pair{CatchUp::skip, std::string_view{"skip"}}};
};

/// Exactly one of every, cron, monthly and weekdays is given.
struct ScheduleSpec {
    std::optional<Duration> every;
    std::optional<Cron> cron;
    std::optional<MonthDay> monthly;
    std::vector<Weekday> weekdays;
    std::optional<TimeOfDay> at;
    std::optional<TimeWindow> window;
    std::optional<Duration> jitter;
    CatchUp catch_up = CatchUp::one;
    std::vector<DateSpan> blackout;
    bool operator==(const ScheduleSpec&) const = default;
};
template <>
struct Fields<ScheduleSpec> {
    static constexpr std::string_view doc =
        "When something is to run, in the policy's time zone. What has no schedule runs at every apply.";
    static constexpr std::array one_of{std::string_view{"every"}, std::string_view{"cron"},
                                       std::string_view{"monthly"}, std::string_view{"weekdays"}};
    static constexpr auto list = FieldList{
        optional(
            "every", &ScheduleSpec::every,
            "Once in each such span. The spans are counted in elapsed time from Monday 2001-01-01T00:00Z, so that a timer that fires a little early or late misses none."),
        optional(
            "cron", &ScheduleSpec::cron,
            "Five cron fields. When day of month and day of week are both restricted, a day that fits either runs (Vixie's rule)."),
        optional(
            "monthly", &ScheduleSpec::monthly,
            "One day of each month: 15, last, first business day, last sunday, second tuesday."),
        optional("weekdays", &ScheduleSpec::weekdays, "These days of each week."),
        optional("at", &ScheduleSpec::at,
                 "Time of day for monthly and weekdays; 00:00 when left out."),
        optional(
            "window", &ScheduleSpec::window,
            "Work begins only inside this time of day; what falls outside waits for it to open (every) or is no run (cron, monthly, weekdays)."),
        optional(
            "jitter", &ScheduleSpec::jitter,
            "Each target starts up to this much later, always by the same amount, so that a fleet does not start at once."),
        optional(
            "catch_up", &ScheduleSpec::catch_up,
            "After missed runs: one runs once, as soon as possible; skip waits for the next one, except within 15 minutes."),
        optional("blackout", &ScheduleSpec::blackout, "Dates without runs.")};
};

/// Dates that all schedules of a policy share.
struct CalendarSpec {
    std::vector<DateSpan> holidays;
    std::vector<DateSpan> blackout;
    bool operator==(const CalendarSpec&) const = default;
};
template <>
struct Fields<CalendarSpec> {
    static constexpr std::string_view doc = "Dates that all schedules of the policy share.";
    static constexpr auto list = FieldList{
        optional("holidays", &CalendarSpec::holidays,
                 "No business days, beside Saturdays and Sundays."),
        optional("blackout", &CalendarSpec::blackout, "Dates on which nothing scheduled runs.")};
};

}  // namespace muster
