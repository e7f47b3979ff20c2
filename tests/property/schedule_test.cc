#include "engine/plan/schedule.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>

#include "tests/support/schedules.h"

// Random schedules in random zones, against the definition itself: a walk over every minute.
namespace muster {

using namespace test;
using namespace std::chrono_literals;

namespace {

using std::chrono::days;
using std::chrono::local_days;
using std::chrono::seconds;
using std::chrono::year_month_day;

const Time begin = utc("2026-02-17T00:00:00Z");
const Time end = begin + days{21};

class Dice {
public:
    explicit Dice(unsigned seed) : random_(seed) {}
    int below(int count) { return static_cast<int>(random_() % static_cast<unsigned>(count)); }
    bool one_in(int count) { return below(count) == 0; }
    template <class T>
    T any_of(std::initializer_list<T> values) {
        return values.begin()[below(static_cast<int>(values.size()))];
    }

private:
    std::mt19937 random_;
};

/// Clock changes of half an hour to a whole day, each some days after the one before it.
Zone random_zone(Dice& dice) {
    Zone zone;
    zone.name = "Nowhere/Random";
    seconds offset = 15min * (dice.below(96) - 48);
    auto change = begin - days{2};
    for (int i = 0; i < 6; ++i) {
        zone.spans.push_back({change, offset});
        change += days{3} + 1min * dice.below(1440);
        const seconds shift = dice.one_in(8) ? 24h : seconds{30min * (dice.below(4) + 1)};
        offset += offset > 0s ? -shift : shift;
    }
    return zone;
}

ScheduleSpec random_schedule(Dice& dice) {
    ScheduleSpec out;
    const auto field = [&](int low, int high) {
        return random_cron_field([&](int count) { return dice.below(count); }, low, high);
    };
    const auto time = [&] { return TimeOfDay{1min * dice.below(1440)}; };
    switch (dice.below(5)) {
        case 0: out.every = 1min * (dice.below(dice.any_of({60, 3000, 12000})) + 1); break;
        case 1: {
            const auto nth = dice.any_of({1, 2, 3, 4, 5, -1});
            out.monthly = dice.any_of<MonthDay>(
                {{MonthDay::Kind::day, dice.below(31) + 1},
                 {MonthDay::Kind::day, -1},
                 {MonthDay::Kind::business_day, nth},
                 {MonthDay::Kind::weekday, nth,
                  std::chrono::weekday{static_cast<unsigned>(dice.below(7))}}});
            break;
        }
        case 2:
            do out.weekdays.push_back(static_cast<Weekday>(dice.below(7)));
            while (dice.one_in(2));
            break;
        default:
            out.cron = parsed<Cron>(field(0, 59) + " " + field(0, 23) + " " +
                                    (dice.one_in(2) ? "*" : field(1, 31)) + " * " +
                                    (dice.one_in(2) ? "*" : field(0, 7)));
    }
    if ((out.monthly || !out.weekdays.empty()) && !dice.one_in(4)) out.at = time();
    if (dice.one_in(3)) out.window = TimeWindow{time(), time()};
    if (dice.one_in(4)) {
        const year_month_day first{std::chrono::floor<days>(begin + days{dice.below(20)})};
        const year_month_day last{std::chrono::sys_days{first} + days{dice.below(4)}};
        out.blackout = {{first, last, false}};
    }
    return out;
}

/// What the clock shows, and whether it showed the same before.
struct Minute {
    Time time{};
    LocalTime local{};
    bool again = false;
    std::vector<LocalTime> skipped;  ///< what it would have shown since the minute before
};

std::vector<Minute> minutes_of(const Zone& zone) {
    std::vector<Minute> out;
    LocalTime highest = LocalTime::min();
    for (auto time = begin - days{2}; time <= end + days{8}; time += 1min) {
        const auto local = local_of(zone, time);
        Minute minute{time, local, local <= highest, {}};
        highest = std::max(highest, local);
        if (!out.empty())
            for (auto each = out.back().local + 1min; each < minute.local; each += 1min)
                minute.skipped.push_back(each);
        out.push_back(std::move(minute));
    }
    return out;
}

bool is_named_day(const MonthDay& named, const CalendarSpec& dates, year_month_day date) {
    std::vector<local_days> candidates;
    for (auto day = local_days{date.year() / date.month() / 1};
         year_month_day{day}.month() == date.month(); day += days{1}) {
        const std::chrono::weekday weekday{day};
        const bool holiday = std::ranges::any_of(
            dates.holidays, [&](const auto& span) { return contains(span, year_month_day{day}); });
        const bool weekend = weekday == std::chrono::Saturday || weekday == std::chrono::Sunday;
        if (named.kind == MonthDay::Kind::day ||
            (named.kind == MonthDay::Kind::weekday && weekday == named.weekday) ||
            (named.kind == MonthDay::Kind::business_day && !weekend && !holiday))
            candidates.push_back(day);
    }
    const auto count = static_cast<int>(candidates.size());
    auto nth = named.nth == -1 ? count : named.nth;
    if (named.kind == MonthDay::Kind::day) nth = std::min(nth, count);
    return nth <= count && candidates[static_cast<std::size_t>(nth - 1)] == local_days{date};
}

bool is_named(const ScheduleSpec& schedule, const CalendarSpec& dates, LocalTime local) {
    const auto day = std::chrono::floor<days>(local);
    const auto minute = static_cast<std::size_t>((local - day) / 1min);
    const year_month_day date{day};
    const auto weekday = std::chrono::weekday{day}.c_encoding();
    if (const auto& cron = schedule.cron) {
        if (!cron->minutes[minute % 60] || !cron->hours[minute / 60]) return false;
        const bool in_days = cron->days[static_cast<unsigned>(date.day())];
        const bool in_weekdays = cron->weekdays[weekday];
        if (cron->any_day || cron->any_weekday) return in_days && in_weekdays;
        return in_days || in_weekdays;
    }
    if (local - day != schedule.at.value_or(TimeOfDay{}).since_midnight) return false;
    if (schedule.monthly) return is_named_day(*schedule.monthly, dates, date);
    return std::ranges::count(schedule.weekdays, static_cast<Weekday>(weekday)) > 0;
}

bool is_open(const ScheduleSpec& schedule, LocalTime local) {
    const auto day = std::chrono::floor<days>(local);
    for (const auto& span : schedule.blackout)
        if (contains(span, year_month_day{day})) return false;
    if (!schedule.window) return true;
    const auto length = schedule.window->end.since_midnight - schedule.window->begin.since_midnight;
    const auto since_begin = local - day - schedule.window->begin.since_midnight;
    return (since_begin + 24h) % 24h < (length <= 0min ? length + 24h : length);
}

std::vector<Time> defined_runs(const ScheduleSpec& schedule, const CalendarSpec& dates,
                               const std::vector<Minute>& minutes) {
    std::vector<Time> out;
    bool waiting = false;
    for (const auto& minute : minutes) {
        bool run = false;
        if (schedule.every) {
            const auto since_anchor = minute.time - utc("2001-01-01T00:00:00Z");
            waiting = waiting || since_anchor % *schedule.every == 0ms;
            run = waiting;
        } else if (schedule.cron && schedule.cron->any_hour) {
            run = is_named(schedule, dates, minute.local);
        } else {
            run = (!minute.again && is_named(schedule, dates, minute.local)) ||
                  std::ranges::any_of(minute.skipped, [&](LocalTime local) {
                      return is_named(schedule, dates, local);
                  });
        }
        if (!run || !is_open(schedule, minute.local)) continue;
        waiting = false;
        out.push_back(minute.time);
    }
    return out;
}

std::string described(const ScheduleSpec& schedule, const Zone& zone) {
    std::string out;
    if (schedule.every) out += "every " + format_duration(*schedule.every);
    if (schedule.cron) out += schedule.cron->text;
    if (schedule.monthly) out += TextForm<MonthDay>::format(*schedule.monthly);
    for (const auto day : schedule.weekdays) (out += name_of(day)) += ' ';
    if (schedule.at) out += " at " + TextForm<TimeOfDay>::format(*schedule.at);
    if (schedule.window) out += " window " + TextForm<TimeWindow>::format(*schedule.window);
    for (const auto& span : schedule.blackout)
        out += " blackout " + TextForm<DateSpan>::format(span);
    for (const auto& span : zone.spans)
        out += "\n" + format_time(span.begin) + " " + std::to_string(span.offset.count() / 60);
    return out;
}

std::string text_of(std::optional<Time> time) {
    return time ? format_time(*time) : "never";
}

std::optional<Time> first_after(const std::vector<Time>& runs, Time time) {
    const auto found = std::ranges::upper_bound(runs, time);
    return found == runs.end() ? std::nullopt : std::optional{*found};
}

std::optional<Time> last_until(const std::vector<Time>& runs, Time time) {
    const auto found = std::ranges::upper_bound(runs, time);
    return found == runs.begin() ? std::nullopt : std::optional{*std::prev(found)};
}

void same(std::optional<Time> actual, std::optional<Time> expected) {
    if (actual != expected) FAIL(text_of(actual) << " where " << text_of(expected) << " is right");
}

/// The number of runs.
std::size_t compare_runs(const ScheduleSpec& schedule, const Calendar& calendar,
                         const std::vector<Time>& runs, Time after) {
    std::size_t seen = 0;
    std::optional<Duration> longest;
    auto time = after;
    for (auto run = first_after(runs, after); run && *run <= end; run = first_after(runs, time)) {
        same(next_run(schedule, calendar, time, ""), run);
        same(latest_run(schedule, calendar, *run, ""), run);
        if (seen++ > 0) {
            same(latest_run(schedule, calendar, *run - 1s, ""), time);
            longest = std::max<Duration>(longest.value_or(0ms), *run - time);
        }
        time = *run;
    }
    CHECK(longest_gap(schedule, calendar, after, end - after) == longest);
    return seen;
}

void compare_due(const ScheduleSpec& schedule, const Calendar& calendar,
                 const std::vector<Time>& runs, Time first, Dice& dice) {
    for (int i = 0; i < 40; ++i) {
        const auto now = first + seconds{dice.below(static_cast<int>((end - first) / 1s) + 1)};
        const auto last = now - seconds{dice.below(static_cast<int>((now - first) / 1s) + 1)};
        CAPTURE(format_time(last), format_time(now));
        const auto slot = last_until(runs, now);
        const auto next = first_after(runs, now);
        const bool open = is_open(schedule, local_of(calendar.zone, now));
        const auto due = due_at(schedule, calendar, last, now);
        CHECK(due.now == (open && slot && *slot > last));
        if (due.now) same(due.since, slot);
        if (due.now && next) same(due.next, next);
        if (due.since && next && !due.now) CHECK(*due.next <= *next);
        const auto done = due_at(schedule, calendar, now, now);
        CHECK_FALSE(done.now);
        if (next) same(done.next, next);
    }
}

}  // namespace

TEST_CASE("next_run, latest_run, due_at and longest_gap are what a walk over every minute gives",
          "[property][schedule]") {
    Dice dice{20261120};
    const CalendarSpec dates{
        {parsed<DateSpan>("03-02"), parsed<DateSpan>("2026-02-26..2026-02-27")}, {}};
    std::size_t seen = 0;
    for (int round = 0; round < 40; ++round) {
        const Calendar calendar{random_zone(dice), dates};
        const auto minutes = minutes_of(calendar.zone);
        for (int i = 0; i < 6; ++i) {
            const auto schedule = random_schedule(dice);
            INFO(described(schedule, calendar.zone));
            const auto runs = defined_runs(schedule, dates, minutes);
            const auto first = first_after(runs, begin);
            if (first && *first <= end) {
                seen += compare_runs(schedule, calendar, runs, *first - 1s);
                compare_due(schedule, calendar, runs, *first, dice);
            } else if (!schedule.every) {  // which may wait since before the walk began
                CHECK(next_run(schedule, calendar, begin, "").value_or(end + 1s) > end);
                CHECK_FALSE(longest_gap(schedule, calendar, begin, end - begin));
            }
        }
    }
    CHECK(seen > 20000);
}

TEST_CASE("with jitter each run starts once, in order, late by less than the jitter, while open",
          "[property][schedule]") {
    Dice dice{6};
    std::size_t seen = 0;
    for (int round = 0; round < 300; ++round) {
        const Calendar calendar{random_zone(dice), {}};
        auto schedule = random_schedule(dice);
        const auto plain = schedule;
        const seconds jitter{dice.below(dice.any_of({60, 3600, 30000})) + 1};
        schedule.jitter = jitter;
        const auto key = "key " + std::to_string(round);
        INFO(described(schedule, calendar.zone));
        CAPTURE(format_duration(jitter));

        auto time = begin;
        for (int i = 0; i < 50; ++i) {
            const auto start = next_run(schedule, calendar, time, key);
            if (!start) break;
            CAPTURE(text_of(start));
            REQUIRE(*start > time);
            CHECK(start == next_run(schedule, calendar, *start - 1s, key));
            CHECK(start == latest_run(schedule, calendar, *start, key));
            if (time != begin) CHECK(latest_run(schedule, calendar, *start - 1s, key) == time);
            CHECK(is_open(schedule, local_of(calendar.zone, *start)));
            const auto run = next_run(plain, calendar, *start - jitter, key);
            REQUIRE(run);
            CHECK(*run <= *start);
            const auto start_of_run = next_run(schedule, calendar, *run - 1s, key);
            REQUIRE(start_of_run);
            CHECK(*start_of_run < *run + jitter);
            time = *start;
            ++seen;
        }
    }
    CHECK(seen > 5000);
}

}  // namespace muster
