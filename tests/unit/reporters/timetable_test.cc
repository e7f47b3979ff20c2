#include "reporters/timetable.h"

#include <catch2/catch.hpp>

#include "tests/support/timers.h"

namespace muster {
namespace {

using namespace test;
using Values = std::vector<int>;

Timetable table(const ScheduleSpec& schedule, const CalendarSpec& dates = {}) {
    return timetable_of(schedule, dates, berlin_until_2037());
}

DateSpan date(const std::string& text) {
    return TextForm<DateSpan>::parse(text).value();
}

}  // namespace

TEST_CASE("every is exact in UTC where it divides the day", "[reporters][timetable][AZ-06]") {
    const auto four_hours = table(every("4h"));
    REQUIRE(four_hours.firings.size() == 1);
    CHECK(four_hours.firings[0].hours == Values{0, 4, 8, 12, 16, 20});
    CHECK(four_hours.firings[0].clock == FiringClock::utc);
    CHECK(four_hours.exact);
    CHECK(table(every("90m")).firings.size() == 2);
    CHECK(table(every("90m")).exact);
    CHECK(table(every("20m")).firings[0].minutes == Values{0, 20, 40});
    CHECK(table(every("7d")).firings[0].weekdays == Values{1});
    CHECK(table(every("7d")).exact);
}

TEST_CASE("every that divides no day takes what divides both", "[reporters][timetable]") {
    const auto five_hours = table(every("5h"));
    CHECK(five_hours.firings[0].hours.empty());
    CHECK(five_hours.firings[0].minutes == Values{0});
    CHECK_FALSE(five_hours.exact);
    CHECK(table(every("36h")).firings[0].hours == Values{0, 12});
    CHECK(table(every("3d")).firings[0].weekdays.empty());
    CHECK_FALSE(table(every("3d")).exact);
    CHECK(table(every("14d")).firings[0].weekdays == Values{1});
    CHECK_FALSE(table(every("14d")).exact);
    CHECK(table(every("7m")).firings[0].minutes.empty());
    CHECK(table(every("20s")).late);
    CHECK_FALSE(table(every("90s")).late);
}

TEST_CASE("a run that waits for its window or the end of a blackout has a firing for it",
          "[reporters][timetable]") {
    const auto windowed = table(within(every("4h"), "01:30-05:00"));
    REQUIRE(windowed.firings.size() == 2);
    CHECK(windowed.firings[1].cause == FiringCause::opening);
    CHECK(windowed.firings[1].clock == FiringClock::policy);
    CHECK(windowed.firings[1].hours == Values{1});
    CHECK(windowed.firings[1].minutes == Values{30});
    CalendarSpec dates;
    dates.blackout = {date("12-24")};
    const auto after_blackout = table(every("7d"), dates);
    REQUIRE(after_blackout.firings.size() == 2);
    CHECK(after_blackout.firings[1].hours == Values{0});
}

TEST_CASE("business days are looked for behind weekends and holidays",
          "[reporters][timetable][ST-10][AZ-06]") {
    const auto first = table(monthly("first business day", "06:00"));
    CHECK(first.firings[0].weekdays == Values{1, 2, 3, 4, 5});
    CHECK(first.firings[0].days == Values{1, 2, 3});
    CHECK_FALSE(first.exact);
    CalendarSpec dates;
    dates.holidays = {date("01-01"), date("2027-01-04..2027-01-06"), date("2027-05-03")};
    CHECK(table(monthly("first business day", "06:00"), dates).firings[0].days ==
          Values{1, 2, 3, 4, 5, 6, 7});
    CHECK(table(monthly("last business day", "06:00")).firings[0].last_days == 3);
    CHECK(table(monthly("last sunday", "04:00")).firings[0].last_days == 7);
    CHECK(table(monthly("second tuesday", "04:00")).firings[0].days ==
          Values{8, 9, 10, 11, 12, 13, 14});
    CHECK(table(monthly("31", "04:00")).firings[0].last_days == 1);
    CHECK(table(monthly("30", "04:00")).firings[1].months == Values{2});
}

TEST_CASE("a reading that the clock jumps over fires right after the gap",
          "[reporters][timetable]") {
    const auto nightly = table(cron("15 2 * * *"));
    REQUIRE(nightly.firings.size() == 2);
    const auto& gap = nightly.firings[1];
    CHECK(gap.cause == FiringCause::gap);
    CHECK(gap.hours == Values{3});
    CHECK(gap.minutes == Values{0});
    CHECK(gap.weekdays == Values{0});
    CHECK(gap.months == Values{3});
    CHECK(gap.days == Values{25, 26, 27, 28, 29, 30, 31});
    CHECK(table(cron("15 4 * * *")).firings.size() == 1);
    CHECK(table(cron("15 2 * * mon-fri")).firings.size() == 1);
    CHECK(table(cron("15 2 15 * *")).firings.size() == 1);
}

TEST_CASE("what follows the real clock fires in both passes of an hour that comes twice",
          "[reporters][timetable]") {
    const auto half_hourly = table(cron("*/30 * * * *"));
    REQUIRE(half_hourly.firings.size() == 2);
    const auto& again = half_hourly.firings[1];
    CHECK(again.cause == FiringCause::second_pass);
    CHECK(again.clock == FiringClock::utc);
    CHECK(again.hours == Values{1});
    CHECK(again.minutes == Values{0, 30});
    CHECK(again.months == Values{10});
}

TEST_CASE("another clock than the policy's means each hour", "[reporters][timetable]") {
    const auto nightly = table(cron("15 2 * * *"));
    CHECK(on_machine_clock(nightly, berlin_until_2037(), berlin_until_2037()).firings[0].hours ==
          Values{2});
    const auto in_utc = on_machine_clock(nightly, berlin_until_2037(), Zone{});
    CHECK(in_utc.firings[0].hours.empty());
    CHECK(in_utc.firings[0].minutes == Values{15});
    CHECK_FALSE(in_utc.exact);
    const auto in_nepal = on_machine_clock(nightly, berlin_until_2037(),
                                           steady("Asia/Kathmandu", std::chrono::minutes{345}));
    CHECK(in_nepal.firings[0].minutes == Values{0});
    const auto weekly = on_machine_clock(table(cron("0 9 1 6 *")), berlin_until_2037(), Zone{});
    CHECK(weekly.firings[0].days == Values{1, 2, 28, 29, 30, 31});
    CHECK(weekly.firings[0].months == Values{5, 6, 7});
    CHECK(on_machine_clock(table(cron("0 9 * * sun")), berlin_until_2037(), Zone{})
              .firings[0]
              .weekdays == Values{0, 1, 6});
}

TEST_CASE("what another firing holds already is left out", "[reporters][timetable]") {
    const auto hourly =
        on_machine_clock(table(within(every("90m"), "02:00-05:00")), berlin_until_2037(),
                         steady("somewhere", std::chrono::minutes{60}));
    REQUIRE(hourly.firings.size() == 2);
    CHECK(hourly.firings[0].minutes == Values{0});
    CHECK(hourly.firings[1].minutes == Values{30});
}

TEST_CASE("where two day fields mean either, the rarer one stays", "[reporters][timetable]") {
    const auto days_of = [](const std::string& day) {
        return with_one_day_field(table(monthly(day, "06:00"))).firings[0];
    };
    CHECK(days_of("first business day").days == Values{1, 2, 3});
    CHECK(days_of("first business day").weekdays.empty());
    CHECK(days_of("second tuesday").days.empty());
    CHECK(days_of("second tuesday").weekdays == Values{2});
    CHECK(days_of("last").days == Values{28, 29, 30, 31});
    const auto either = with_one_day_field(table(cron("0 9 1 * mon")));
    CHECK(either.exact);
    CHECK(either.firings[0].days == Values{1});
    CHECK(either.firings[0].weekdays == Values{1});
}

}  // namespace muster
