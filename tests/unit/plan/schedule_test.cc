#include "engine/plan/schedule.h"

#include <catch2/catch.hpp>
#include <set>

#include "tests/support/schedules.h"

namespace muster {

using namespace test;
using namespace std::chrono_literals;

namespace {

using Runs = std::vector<std::string>;

Runs runs_in(const Zone& zone, const ScheduleSpec& schedule, std::string_view after,
             std::size_t count) {
    return runs_after(schedule, {zone, {}}, utc(after), count);
}

Runs cron_runs(const Zone& zone, std::string_view line, std::string_view after, std::size_t count) {
    return runs_in(zone, cron_schedule(line), after, count);
}

/// 01:00-05:00, in UTC.
ScheduleSpec every_in_window(std::string_view every) {
    auto schedule = every_schedule(every);
    schedule.window = parsed<TimeWindow>("01:00-05:00");
    return schedule;
}

}  // namespace

TEST_CASE("a fixed hour that falls into the gap runs once, right after it",
          "[plan][schedule][ST-10]") {
    CHECK(cron_runs(berlin(), "30 2 * * *", "2026-03-28T00:00:00Z", 3) ==
          Runs{"2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"});
    CHECK(cron_runs(new_york(), "15 2 * * *", "2026-03-07T12:00:00Z", 2) ==
          Runs{"2026-03-08T07:00:00Z", "2026-03-09T06:15:00Z"});
    CHECK(cron_runs(lord_howe(), "15 2 * * *", "2026-10-02T16:00:00Z", 2) ==
          Runs{"2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z"});
    // Many readings in the gap, and one right after it, are one run.
    CHECK(cron_runs(berlin(), "*/15 2,3 * * *", "2026-03-29T00:00:00Z", 2) ==
          Runs{"2026-03-29T01:00:00Z", "2026-03-29T01:15:00Z"});
}

TEST_CASE("a gap at midnight moves the run of that day to the first instant of it",
          "[plan][schedule]") {
    CHECK(cron_runs(sao_paulo(), "@daily", "2018-11-03T12:00:00Z", 2) ==
          Runs{"2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"});
    CHECK(runs_in(cairo(), weekdays_schedule({Weekday::friday}, "00:00"), "2026-04-20T00:00:00Z",
                  2) == Runs{"2026-04-23T22:00:00Z", "2026-04-30T21:00:00Z"});
}

TEST_CASE("a fixed hour that comes twice runs the first time only", "[plan][schedule][ST-10]") {
    CHECK(cron_runs(berlin(), "30 2 * * *", "2026-10-24T12:00:00Z", 2) ==
          Runs{"2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"});
    CHECK(cron_runs(new_york(), "0,30 1 * * *", "2026-11-01T00:00:00Z", 3) ==
          Runs{"2026-11-01T05:00:00Z", "2026-11-01T05:30:00Z", "2026-11-02T06:00:00Z"});
    CHECK(cron_runs(lord_howe(), "45 1 * * *", "2026-04-04T12:00:00Z", 2) ==
          Runs{"2026-04-04T14:45:00Z", "2026-04-05T15:15:00Z"});
    CHECK(cron_runs(cairo(), "30 23 * * *", "2026-10-29T12:00:00Z", 2) ==
          Runs{"2026-10-29T20:30:00Z", "2026-10-30T21:30:00Z"});
    // Asked between the two.
    CHECK(cron_runs(berlin(), "30 2 * * *", "2026-10-25T01:10:00Z", 1) ==
          Runs{"2026-10-26T01:30:00Z"});
}

TEST_CASE("an hour field that begins with * follows the real clock", "[plan][schedule]") {
    CHECK(cron_runs(berlin(), "30 * * * *", "2026-03-29T00:00:00Z", 3) ==
          Runs{"2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z", "2026-03-29T02:30:00Z"});
    CHECK(cron_runs(berlin(), "30 */2 * * *", "2026-03-28T23:00:00Z", 2) ==
          Runs{"2026-03-28T23:30:00Z", "2026-03-29T02:30:00Z"});
    CHECK(cron_runs(berlin(), "30 * * * *", "2026-10-24T23:45:00Z", 3) ==
          Runs{"2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:30:00Z"});
    CHECK(cron_runs(lord_howe(), "*/20 * * * *", "2026-04-04T14:30:00Z", 4) ==
          Runs{"2026-04-04T14:40:00Z", "2026-04-04T15:10:00Z", "2026-04-04T15:30:00Z",
               "2026-04-04T15:50:00Z"});
    CHECK(cron_runs(cairo(), "30 * * * *", "2026-10-29T20:00:00Z", 3) ==
          Runs{"2026-10-29T20:30:00Z", "2026-10-29T21:30:00Z", "2026-10-29T22:30:00Z"});
}

TEST_CASE("a zone need not be whole hours from UTC", "[plan][schedule]") {
    CHECK(cron_runs(kathmandu(), "0 6 * * *", "2026-01-01T00:15:00Z", 2) ==
          Runs{"2026-01-02T00:15:00Z", "2026-01-03T00:15:00Z"});
}

TEST_CASE("two restricted day fields fit either day, else both must fit", "[plan][schedule]") {
    CHECK(cron_runs(Zone{}, "0 0 13 * fri", "2026-01-01T00:00:00Z", 4) ==
          Runs{"2026-01-02T00:00:00Z", "2026-01-09T00:00:00Z", "2026-01-13T00:00:00Z",
               "2026-01-16T00:00:00Z"});
    CHECK(cron_runs(Zone{}, "0 0 */2 * fri", "2026-01-01T00:00:00Z", 2) ==
          Runs{"2026-01-09T00:00:00Z", "2026-01-23T00:00:00Z"});
    CHECK(cron_runs(Zone{}, "0 0 1-7 * *", "2026-01-06T12:00:00Z", 2) ==
          Runs{"2026-01-07T00:00:00Z", "2026-02-01T00:00:00Z"});
}

TEST_CASE("a day that never comes has no run, a rare one is found", "[plan][schedule]") {
    CHECK_FALSE(next_run(cron_schedule("0 0 30 2 *"), {}, utc("2026-01-01T00:00:00Z"), ""));
    CHECK_FALSE(latest_run(cron_schedule("0 0 30 2 *"), {}, utc("2026-01-01T00:00:00Z"), ""));
    CHECK(cron_runs(Zone{}, "0 0 29 2 *", "2096-03-01T00:00:00Z", 1) ==
          Runs{"2104-02-29T00:00:00Z"});
}

TEST_CASE("every four hours means each fourth hour of the day, whatever the zone",
          "[plan][schedule][AZ-06]") {
    CHECK(runs_in(berlin(), every_schedule("4h"), "2026-03-28T22:00:00Z", 3) ==
          Runs{"2026-03-29T00:00:00Z", "2026-03-29T04:00:00Z", "2026-03-29T08:00:00Z"});
    CHECK(runs_in(Zone{}, every_schedule("1w"), "2026-11-20T00:00:00Z", 2) ==
          Runs{"2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z"});
    CHECK(runs_in(Zone{}, every_schedule("1500ms"), "2026-01-01T00:00:00Z", 3) ==
          Runs{"2026-01-01T00:00:02Z", "2026-01-01T00:00:03Z", "2026-01-01T00:00:05Z"});
    CHECK(runs_in(Zone{}, every_schedule("900w"), "2000-12-31T23:59:59Z", 1) ==
          Runs{"2001-01-01T00:00:00Z"});
    CHECK_FALSE(next_run(every_schedule("900w"), {}, utc("2001-01-01T00:00:00Z"), ""));
    CHECK_FALSE(next_run(every_schedule("0s"), {}, utc("2001-01-01T00:00:00Z"), ""));
}

TEST_CASE("what every names outside the window waits until it opens, once", "[plan][schedule]") {
    CHECK(runs_in(Zone{}, every_in_window("4h"), "2026-01-01T00:00:00Z", 3) ==
          Runs{"2026-01-01T01:00:00Z", "2026-01-01T04:00:00Z", "2026-01-02T01:00:00Z"});
    auto closed_that_day = every_schedule("1d");
    closed_that_day.blackout = {parsed<DateSpan>("2026-01-02..2026-01-03")};
    CHECK(runs_in(Zone{}, closed_that_day, "2026-01-01T00:00:00Z", 2) ==
          Runs{"2026-01-04T00:00:00Z", "2026-01-05T00:00:00Z"});
    auto weekly = every_schedule("1w");
    weekly.blackout = {parsed<DateSpan>("2026-11-23")};
    CHECK(runs_in(Zone{}, weekly, "2026-11-20T00:00:00Z", 2) ==
          Runs{"2026-11-24T00:00:00Z", "2026-11-30T00:00:00Z"});
}

TEST_CASE("what a calendar form names outside the window is no run", "[plan][schedule]") {
    auto schedule = cron_schedule("0 */3 * * *");
    schedule.window = parsed<TimeWindow>("22:00-03:01");
    CHECK(runs_in(berlin(), schedule, "2026-01-01T12:00:00Z", 3) ==
          Runs{"2026-01-01T23:00:00Z", "2026-01-02T02:00:00Z", "2026-01-02T23:00:00Z"});
    schedule.window = parsed<TimeWindow>("22:00-03:00");
    CHECK(runs_in(berlin(), schedule, "2026-01-01T12:00:00Z", 2) ==
          Runs{"2026-01-01T23:00:00Z", "2026-01-02T23:00:00Z"});
    schedule.window = parsed<TimeWindow>("00:01-00:30");
    CHECK_FALSE(next_run(schedule, {berlin(), {}}, utc("2026-01-01T00:00:00Z"), ""));
}

TEST_CASE("a window with two equal ends is open all day", "[plan][schedule]") {
    auto schedule = cron_schedule("0 */12 * * *");
    schedule.window = parsed<TimeWindow>("05:00-05:00");
    CHECK(runs_in(Zone{}, schedule, "2026-01-01T00:00:00Z", 2) ==
          Runs{"2026-01-01T12:00:00Z", "2026-01-02T00:00:00Z"});
}

TEST_CASE("nothing runs on a blackout date of the schedule or the calendar", "[plan][schedule]") {
    auto schedule = cron_schedule("0 0 * * *");
    schedule.blackout = {parsed<DateSpan>("2026-12-24..2026-12-26")};
    const Calendar calendar{berlin(), {{}, {parsed<DateSpan>("12-31"), parsed<DateSpan>("01-01")}}};
    CHECK(runs_after(schedule, calendar, utc("2026-12-22T12:00:00Z"), 3) ==
          Runs{"2026-12-22T23:00:00Z", "2026-12-26T23:00:00Z", "2026-12-27T23:00:00Z"});
    CHECK(runs_after(schedule, calendar, utc("2026-12-29T12:00:00Z"), 2) ==
          Runs{"2026-12-29T23:00:00Z", "2027-01-01T23:00:00Z"});
}

TEST_CASE("a month has each day by number, by name and by business", "[plan][schedule][AZ-06]") {
    const auto [day, runs] = GENERATE(table<const char*, Runs>({
        {"31", {"2026-01-31T06:00:00Z", "2026-02-28T06:00:00Z", "2026-03-31T06:00:00Z"}},
        {"last", {"2026-01-31T06:00:00Z", "2026-02-28T06:00:00Z", "2026-03-31T06:00:00Z"}},
        {"second tuesday",
         {"2026-01-13T06:00:00Z", "2026-02-10T06:00:00Z", "2026-03-10T06:00:00Z"}},
        {"last sunday", {"2026-01-25T06:00:00Z", "2026-02-22T06:00:00Z", "2026-03-29T06:00:00Z"}},
        {"fifth friday", {"2026-01-30T06:00:00Z", "2026-05-29T06:00:00Z", "2026-07-31T06:00:00Z"}},
        {"first business day",
         {"2026-01-02T06:00:00Z", "2026-02-02T06:00:00Z", "2026-03-02T06:00:00Z"}},
        {"last business day",
         {"2026-01-30T06:00:00Z", "2026-02-27T06:00:00Z", "2026-03-31T06:00:00Z"}},
    }));
    INFO(day);
    const Calendar calendar{Zone{}, {{parsed<DateSpan>("01-01")}, {}}};
    CHECK(runs_after(monthly_schedule(day, "06:00"), calendar, utc("2026-01-01T12:00:00Z"), 3) ==
          runs);
}

TEST_CASE("holidays make other days the first business day, and are no blackout",
          "[plan][schedule][AZ-06]") {
    const Calendar calendar{Zone{}, {{parsed<DateSpan>("2026-06-01..2026-06-02")}, {}}};
    CHECK(runs_after(monthly_schedule("first business day"), calendar, utc("2026-05-30T00:00:00Z"),
                     1) == Runs{"2026-06-03T00:00:00Z"});
    CHECK(runs_after(cron_schedule("@daily"), calendar, utc("2026-05-31T12:00:00Z"), 1) ==
          Runs{"2026-06-01T00:00:00Z"});
}

TEST_CASE("weekdays run on these days", "[plan][schedule]") {
    CHECK(runs_in(Zone{}, weekdays_schedule({Weekday::sunday, Weekday::wednesday}, "22:30"),
                  "2026-11-20T00:00:00Z", 3) ==
          Runs{"2026-11-22T22:30:00Z", "2026-11-25T22:30:00Z", "2026-11-29T22:30:00Z"});
}

TEST_CASE("jitter moves each key by its own amount, always the same", "[plan][schedule]") {
    auto schedule = cron_schedule("0 2 * * *");
    schedule.jitter = 30min;
    std::set<std::int64_t> amounts;
    for (int i = 0; i < 100; ++i) {
        const auto key = "policy/protect/shop/" + std::to_string(i);
        const auto first = next_run(schedule, {}, utc("2026-01-01T00:00:00Z"), key);
        REQUIRE(first);
        const auto amount = *first - utc("2026-01-01T02:00:00Z");
        CHECK(amount >= 0s);
        CHECK(amount < 30min);
        amounts.insert(amount.count());
        CHECK(next_run(schedule, {}, *first, key) == *first + 24h);
        CHECK(latest_run(schedule, {}, *first + 23h, key) == first);
        CHECK(latest_run(schedule, {}, *first - 1s, key) == *first - 24h);
    }
    CHECK(amounts.size() > 80);
    // Worked out by hand from the key's SHA-256, so that no other process starts at another time.
    CHECK(next_run(schedule, {}, utc("2026-01-01T00:00:00Z"), "finance-dr/protect/finance/acme") ==
          utc("2026-01-01T02:12:57Z"));
}

TEST_CASE("jitter stays inside the window and off a blackout date", "[plan][schedule]") {
    auto schedule = cron_schedule("50 23 * * *");
    schedule.jitter = 4h;
    SECTION("window") {
        schedule.window = parsed<TimeWindow>("23:00-23:55");
    }
    SECTION("blackout") {
        schedule.blackout = {parsed<DateSpan>("2026-01-02"), parsed<DateSpan>("2026-01-03")};
    }
    for (int i = 0; i < 50; ++i) {
        const auto start = next_run(schedule, {}, utc("2026-01-01T12:00:00Z"), std::to_string(i));
        REQUIRE(start);
        CHECK(*start >= utc("2026-01-01T23:50:00Z"));
        CHECK(*start < utc("2026-01-02T00:00:00Z") - (schedule.window ? 5min : 0min));
    }
}

TEST_CASE("what never ran is due at once, also between two runs", "[plan][schedule]") {
    const auto due =
        due_at(cron_schedule("0 2 * * *"), {}, std::nullopt, utc("2026-01-01T12:00:00Z"));
    CHECK(due.now);
    CHECK_FALSE(due.since);
    CHECK(due.next == utc("2026-01-02T02:00:00Z"));
}

TEST_CASE("a run is due until it was begun, and missed ones are caught up once",
          "[plan][schedule][ST-10]") {
    const auto schedule = cron_schedule("0 2 * * *");
    const auto last = utc("2026-01-01T02:00:03Z");
    const auto before = due_at(schedule, {}, last, utc("2026-01-02T01:59:59Z"));
    CHECK_FALSE(before.now);
    CHECK(before.next == utc("2026-01-02T02:00:00Z"));

    const auto late = due_at(schedule, {}, last, utc("2026-01-05T12:00:00Z"));
    CHECK(late.now);
    CHECK(late.since == utc("2026-01-05T02:00:00Z"));
    CHECK(late.next == utc("2026-01-06T02:00:00Z"));

    CHECK_FALSE(due_at(schedule, {}, utc("2026-01-05T12:00:00Z"), utc("2026-01-05T12:00:01Z")).now);
}

TEST_CASE("skip lets a missed run go after 15 minutes", "[plan][schedule]") {
    auto schedule = cron_schedule("0 2 * * *");
    schedule.catch_up = CatchUp::skip;
    const auto last = utc("2026-01-01T02:00:00Z");
    CHECK(due_at(schedule, {}, last, utc("2026-01-02T02:15:00Z")).now);
    const auto late = due_at(schedule, {}, last, utc("2026-01-02T02:15:01Z"));
    CHECK_FALSE(late.now);
    CHECK_FALSE(late.since);
    CHECK(late.next == utc("2026-01-03T02:00:00Z"));
    CHECK(due_at(schedule, {}, std::nullopt, utc("2026-01-02T02:15:00Z")).now);
    CHECK_FALSE(due_at(schedule, {}, std::nullopt, utc("2026-01-02T02:15:01Z")).now);
}

TEST_CASE("what is due begins only inside the window and never on a blackout date",
          "[plan][schedule]") {
    auto schedule = every_in_window("4h");
    schedule.blackout = {parsed<DateSpan>("2026-01-03")};
    const auto waits =
        due_at(schedule, {}, utc("2026-01-01T01:00:00Z"), utc("2026-01-02T12:00:00Z"));
    CHECK_FALSE(waits.now);
    CHECK(waits.since == utc("2026-01-02T04:00:00Z"));
    CHECK(waits.next == utc("2026-01-04T01:00:00Z"));
    CHECK_FALSE(due_at(schedule, {}, std::nullopt, utc("2026-01-03T02:00:00Z")).now);
    CHECK(due_at(schedule, {}, std::nullopt, utc("2026-01-04T02:00:00Z")).now);
}

TEST_CASE("jitter makes nobody wait who asks", "[plan][schedule]") {
    auto schedule = cron_schedule("0 2 * * *");
    schedule.jitter = 1h;
    CHECK(due_at(schedule, {}, utc("2026-01-01T02:00:00Z"), utc("2026-01-02T02:00:00Z")).now);
}

TEST_CASE("a timer that fires a little early or late misses no span", "[plan][schedule][AZ-06]") {
    const auto schedule = every_schedule("4h");
    auto last = utc("2026-01-01T00:00:07Z");
    for (const auto* fired :
         {"2026-01-01T04:00:00Z", "2026-01-01T08:02:31Z", "2026-01-01T12:00:01Z"}) {
        CHECK(due_at(schedule, {}, last, utc(fired)).now);
        last = utc(fired);
        CHECK_FALSE(due_at(schedule, {}, last, last + 10min).now);
    }
}

TEST_CASE("a last run in the future counts as none", "[plan][schedule]") {
    CHECK(due_at(cron_schedule("0 2 * * *"), {}, utc("2027-01-01T00:00:00Z"),
                 utc("2026-01-02T12:00:00Z"))
              .now);
}

TEST_CASE("what never runs is due when it never ran, and has no next", "[plan][schedule]") {
    const auto schedule = cron_schedule("0 0 30 2 *");
    const auto due = due_at(schedule, {}, utc("2026-01-01T00:00:00Z"), utc("2026-01-02T00:00:00Z"));
    CHECK_FALSE(due.now);
    CHECK_FALSE(due.next);
}

TEST_CASE("the longest gap between two runs counts elapsed time", "[plan][schedule]") {
    const auto from = utc("2026-01-01T00:00:00Z");
    CHECK(longest_gap(cron_schedule("0 2 * * *"), {}, from, 240h) == Duration{24h});
    CHECK(longest_gap(cron_schedule("0 1,7 * * mon-fri"), {}, from, 240h) == Duration{66h});
    CHECK(longest_gap(cron_schedule("0 4 * * *"), {berlin(), {}}, utc("2026-10-20T00:00:00Z"),
                      240h) == Duration{25h});
    CHECK_FALSE(longest_gap(cron_schedule("0 2 * * *"), {}, from, 24h));
    CHECK_FALSE(longest_gap(cron_schedule("0 0 30 2 *"), {}, from, 24h * 3650));
}

}  // namespace muster
