#include "engine/plan/keep_rules.h"

#include <catch2/catch.hpp>

#include "tests/unit/plan/history.h"

namespace muster {

using namespace test;

namespace {

using std::chrono::days;
using std::chrono::hours;

const Zone berlin_summers{"Europe/Berlin",
                          {{at("2025-10-26T01:00:00Z"), hours{1}},
                           {at("2026-03-29T01:00:00Z"), hours{2}},
                           {at("2026-10-25T01:00:00Z"), hours{1}}}};
const Zone honolulu{"Pacific/Honolulu", {{Time{}, hours{-10}}}};

}  // namespace

TEST_CASE("last keeps the newest so many", "[plan][keep_rules][ON-02]") {
    const History history{"2026-11-18T00:00:00Z", "2026-11-20T00:00:00Z", "2026-11-19T00:00:00Z"};
    CHECK(history.kept({.last = 2}) == Texts{"2026-11-20T00:00:00Z", "2026-11-19T00:00:00Z"});
    CHECK(history.reasons({.last = 2}, "2026-11-18T00:00:00Z") ==
          Texts{"no rule keeps it (last 2)"});
}

TEST_CASE("daily keeps the newest of each day that has one; days without do not count",
          "[plan][keep_rules]") {
    const History history{"2026-11-20T01:00:00Z", "2026-11-20T09:00:00Z", "2026-11-15T03:00:00Z",
                          "2026-11-15T08:00:00Z", "2026-11-10T00:00:00Z"};
    CHECK(history.kept({.daily = 2}) == Texts{"2026-11-20T09:00:00Z", "2026-11-15T08:00:00Z"});
}

TEST_CASE("the oldest stays while a rule has counts left, and only then", "[plan][keep_rules]") {
    const History history{"2026-11-20T01:00:00Z", "2026-11-19T02:00:00Z", "2026-11-19T01:00:00Z"};
    CHECK(history.kept({.daily = 3}).size() == 3);
    CHECK(history.reasons({.daily = 3}, "2026-11-19T01:00:00Z") ==
          Texts{"daily: the oldest, while the rule has counts left"});
    CHECK(history.kept({.daily = 2}) == Texts{"2026-11-20T01:00:00Z", "2026-11-19T02:00:00Z"});
}

TEST_CASE("hours, ISO weeks, months and years have buckets of their own", "[plan][keep_rules]") {
    SECTION("hours") {
        const History history{"2026-11-20T09:59:59Z", "2026-11-20T09:00:00Z",
                              "2026-11-20T08:59:59Z", "2026-11-20T08:10:00Z",
                              "2026-11-20T07:00:00Z"};
        CHECK(history.kept({.hourly = 2}) == Texts{"2026-11-20T09:59:59Z", "2026-11-20T08:59:59Z"});
    }
    SECTION("a week begins on Monday, also where the year changes within it") {
        // 2025-12-29 is a Monday, of ISO week 1 of 2026.
        const History history{"2026-01-05T00:00:00Z", "2026-01-04T23:59:59Z",
                              "2026-01-01T12:00:00Z", "2025-12-31T12:00:00Z",
                              "2025-12-29T00:00:00Z", "2025-12-28T23:59:59Z",
                              "2025-12-28T10:00:00Z"};
        CHECK(history.kept({.weekly = 3}) ==
              Texts{"2026-01-05T00:00:00Z", "2026-01-04T23:59:59Z", "2025-12-28T23:59:59Z"});
    }
    SECTION("months of different years") {
        const History history{"2026-11-02T00:00:00Z", "2025-11-30T00:00:00Z",
                              "2025-11-01T00:00:00Z", "2025-10-31T00:00:00Z"};
        CHECK(history.kept({.monthly = 2}) ==
              Texts{"2026-11-02T00:00:00Z", "2025-11-30T00:00:00Z"});
    }
    SECTION("years") {
        const History history{"2026-01-01T00:00:00Z", "2025-12-31T23:59:59Z",
                              "2025-01-01T00:00:00Z", "2020-06-01T00:00:00Z"};
        CHECK(history.kept({.yearly = 2}) == Texts{"2026-01-01T00:00:00Z", "2025-12-31T23:59:59Z"});
    }
}

TEST_CASE("buckets are those of the policy's zone", "[plan][keep_rules]") {
    // Two days in UTC, one in Honolulu; one day in UTC, two in Berlin.
    const History over_utc_midnight{"2026-11-20T01:00:00Z", "2026-11-19T23:00:00Z",
                                    "2026-11-01T00:00:00Z"};
    CHECK(over_utc_midnight.kept({.daily = 2}).size() == 2);
    CHECK(over_utc_midnight.kept({.daily = 2}, honolulu) ==
          Texts{"2026-11-20T01:00:00Z", "2026-11-01T00:00:00Z"});
    const History over_berlin_midnight{"2026-11-18T23:30:00Z", "2026-11-18T22:30:00Z",
                                       "2026-11-01T00:00:00Z"};
    CHECK(over_berlin_midnight.kept({.daily = 2}) ==
          Texts{"2026-11-18T23:30:00Z", "2026-11-01T00:00:00Z"});
    CHECK(over_berlin_midnight.kept({.daily = 2}, berlin_summers) ==
          Texts{"2026-11-18T23:30:00Z", "2026-11-18T22:30:00Z"});
    // The year changes in Berlin an hour before it does in UTC.
    const History over_new_year{"2025-12-31T23:30:00Z", "2025-12-31T22:30:00Z",
                                "2025-06-01T00:00:00Z"};
    CHECK(over_new_year.kept({.yearly = 2}, berlin_summers) ==
          Texts{"2025-12-31T23:30:00Z", "2025-12-31T22:30:00Z"});
}

TEST_CASE("the hour that a clock change repeats makes two buckets, in one day",
          "[plan][keep_rules]") {
    // 02:30 in Berlin, twice, on the day the clocks go back.
    const History history{"2026-10-25T01:45:00Z", "2026-10-25T01:30:00Z", "2026-10-25T00:30:00Z",
                          "2026-10-24T23:30:00Z", "2026-10-24T12:00:00Z"};
    CHECK(history.kept({.hourly = 3}, berlin_summers) ==
          Texts{"2026-10-25T01:45:00Z", "2026-10-25T00:30:00Z", "2026-10-24T23:30:00Z"});
    CHECK(history.kept({.daily = 2}, berlin_summers) ==
          Texts{"2026-10-25T01:45:00Z", "2026-10-24T12:00:00Z"});
}

TEST_CASE("within counts from the newest that counts, its edge excluded", "[plan][keep_rules]") {
    History history{"2026-11-25T00:00:00Z", "2026-11-10T00:00:00Z", "2026-11-09T00:00:00Z",
                    "2026-11-08T00:00:01Z", "2026-11-08T00:00:00Z"};
    const KeepSpec keep{.within = days{2}};
    CHECK(history.kept(keep) == Texts{"2026-11-25T00:00:00Z", "2026-11-10T00:00:00Z",
                                      "2026-11-09T00:00:00Z", "2026-11-08T00:00:01Z"});
    CHECK(history.reasons(keep, "2026-11-09T00:00:00Z") == Texts{"within 2 d"});
    history[1].known_bad = true;
    CHECK(history.kept(keep).size() == 5);
}

TEST_CASE("a snapshot stays when any rule keeps it, and every reason is told",
          "[plan][keep_rules]") {
    const History history{"2026-11-20T01:00:00Z", "2026-11-20T00:00:00Z"};
    const KeepSpec keep{.last = 1, .daily = 1, .yearly = 3, .within = hours{5}};
    CHECK(history.reasons(keep, "2026-11-20T01:00:00Z") ==
          Texts{"newest proven", "last 1 of 1", "daily 1 of 1", "yearly 1 of 3", "within 5 h"});
    CHECK(history.reasons(keep, "2026-11-20T00:00:00Z") ==
          Texts{"yearly: the oldest, while the rule has counts left", "within 5 h"});
}

TEST_CASE("tiers: daily for 30 days, weekly for 12 weeks, monthly for 12 months",
          "[plan][keep_rules][ON-03]") {
    const auto history = daily_history(800);
    const KeepSpec keep{.daily = 30, .weekly = 12, .monthly = 12};
    const auto kept = history.kept(keep);
    // 30 days, back to 21 October. Weeks end on Sundays: the five of 25 October to 19 November are
    // days already, 18 October to 6 September are seven more. Months end on their last day: 19
    // November and 31 October are kept already, 30 September 2026 to 31 December 2025 are ten more.
    CHECK(kept.size() == 30 + 7 + 10);
    CHECK(kept[29] == "2026-10-21T12:00:00Z");
    CHECK(kept[30] == "2026-10-18T12:00:00Z");
    CHECK(kept.back() == "2025-12-31T12:00:00Z");
    CHECK(history.reasons(keep, "2026-10-31T12:00:00Z") ==
          Texts{"daily 20 of 30", "monthly 2 of 12"});
}

}  // namespace muster
