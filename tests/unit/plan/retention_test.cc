#include "engine/plan/retention.h"

#include <catch2/catch.hpp>

#include "tests/unit/plan/history.h"

namespace muster {

using namespace test;

namespace {

using std::chrono::days;
using std::chrono::hours;

const Time now = history_now;

}  // namespace

TEST_CASE("seven days of retention", "[plan][retention][ST-10]") {
    const auto history = daily_history(30);
    CHECK(history.kept({.within = days{7}}).size() == 7);
    // At 10:00 on the 20th, the one of noon on the 13th is younger than seven days.
    const auto kept = history.kept({.max_age = days{7}});
    CHECK(kept.size() == 7);
    CHECK(kept.back() == "2026-11-13T12:00:00Z");
}

TEST_CASE("without a keep rule everything stays that no cap removes", "[plan][retention]") {
    const auto history = daily_history(5);
    CHECK(history.kept({.min_count = 1}).size() == 5);
    CHECK(history.reasons({.min_count = 1}, "2026-11-16T12:00:00Z") ==
          Texts{"no keep rule is given"});
    CHECK(history.kept({.max_age = days{2}}) ==
          Texts{"2026-11-19T12:00:00Z", "2026-11-18T12:00:00Z"});
}

TEST_CASE("prune by age, by count, by total size, and by all three", "[plan][retention][ON-02]") {
    const auto history = daily_history(10);
    CHECK(history.kept({.max_age = days{4}}).size() == 4);
    CHECK(history.kept({.last = 6}).size() == 6);
    CHECK(history.kept({.max_total = Bytes{50}}).size() == 5);
    CHECK(history.kept({.max_total = Bytes{59}}).size() == 5);

    const KeepSpec all{.last = 6, .max_age = days{5}, .max_total = Bytes{30}};
    CHECK(history.kept(all).size() == 3);
    CHECK(history.reasons(all, "2026-11-16T12:00:00Z") == Texts{"no room in max_total 30 B"});
    CHECK(history.reasons(all, "2026-11-14T12:00:00Z") == Texts{"older than max_age 5 d"});
    CHECK(
        history.reasons(all, "2026-11-13T12:00:00Z") ==
        Texts{"older than max_age 5 d", "no rule keeps it (last 6, max_age 5 d, max_total 30 B)"});
}

TEST_CASE("exactly as old as max_age is not older", "[plan][retention]") {
    const History history{"2026-11-20T09:00:00Z", "2026-11-19T10:00:00Z", "2026-11-19T09:59:59Z"};
    CHECK(history.kept({.max_age = days{1}}) ==
          Texts{"2026-11-20T09:00:00Z", "2026-11-19T10:00:00Z"});
}

TEST_CASE("max_total has no room for what a newer one found none", "[plan][retention]") {
    auto history = daily_history(4);
    history[1].bytes = Bytes{100};
    CHECK(history.kept({.max_total = Bytes{50}}) == Texts{"2026-11-19T12:00:00Z"});
}

TEST_CASE("max_total adds up only what the keep rules keep", "[plan][retention]") {
    auto history = daily_history(40);
    CHECK(history.kept({.monthly = 2, .max_total = Bytes{20}}) ==
          Texts{"2026-11-19T12:00:00Z", "2026-10-31T12:00:00Z"});
}

TEST_CASE("what stands above the caps takes its room first", "[plan][retention]") {
    auto history = daily_history(6);
    SECTION("a pin, which pushes out a newer one") {
        history[5].pinned = "audit";
        CHECK(history.kept({.max_total = Bytes{30}}) ==
              Texts{"2026-11-19T12:00:00Z", "2026-11-18T12:00:00Z", "2026-11-14T12:00:00Z"});
    }
    SECTION("a pin of what does not count") {
        history[5].pinned = "audit";
        history[5].known_bad = true;
        CHECK(history.kept({.max_total = Bytes{30}}).size() == 3);
    }
    SECTION("what does not count takes no room") {
        history[5].known_bad = true;
        CHECK(history.kept({.max_total = Bytes{30}}).size() == 4);
    }
    SECTION("min_count, also where there is no room at all") {
        CHECK(history.kept({.max_total = Bytes{5}, .min_count = 2}).size() == 2);
        CHECK(history.kept({.max_total = Bytes{30}, .min_count = 2}).size() == 3);
    }
    SECTION("the newest proven, where unproven ones count too") {
        for (std::size_t i = 0; i < 4; ++i) history[i].proven_at.reset();
        CHECK(history.kept({.max_total = Bytes{20}}, {}, false) ==
              Texts{"2026-11-19T12:00:00Z", "2026-11-15T12:00:00Z"});
    }
}

TEST_CASE("pins, the newest proven and min_count stand above the caps and the keep rules",
          "[plan][retention]") {
    auto history = daily_history(10);
    history[9].pinned = "before the move";
    const KeepSpec keep{.last = 1, .max_age = hours{1}, .min_count = 2};
    CHECK(history.kept(keep) ==
          Texts{"2026-11-19T12:00:00Z", "2026-11-18T12:00:00Z", "2026-11-10T12:00:00Z"});
    // No keep rule is told where a cap overrides it.
    CHECK(history.reasons(keep, "2026-11-19T12:00:00Z") ==
          Texts{"newest proven", "min_count 1 of 2"});
    CHECK(history.reasons(keep, "2026-11-10T12:00:00Z") == Texts{"pinned: before the move"});
}

TEST_CASE("a pin fills its bucket, a capped snapshot too", "[plan][retention]") {
    auto history = daily_history(5);
    history[1].pinned = "audit";
    CHECK(history.kept({.last = 2}).size() == 2);
    // The newest two days are kept, and of them only the young one stays.
    CHECK(history.kept({.daily = 3, .max_age = days{1}}) ==
          Texts{"2026-11-19T12:00:00Z", "2026-11-18T12:00:00Z"});
}

TEST_CASE("what does not count stays, says why, and fills no bucket", "[plan][retention]") {
    auto odd = snapshot_at("2026-11-20T09:00:00Z");
    std::string why;
    SECTION("unproven") {
        odd.proven_at.reset();
        why = "not proven yet";
    }
    SECTION("found bad") {
        odd.known_bad = true;
        why = "found bad: left for you to look at";
    }
    SECTION("unfinished") {
        odd.state = SnapshotState::unfinished;
        why = "unfinished: the next backup of this target cleans it up";
    }
    SECTION("broken") {
        odd.state = SnapshotState::broken;
        why = "broken: left for you to look at";
    }
    SECTION("foreign") {
        odd.state = SnapshotState::foreign;
        why = "of another database";
    }
    SECTION("from the future") {
        odd.created_at = now + std::chrono::seconds{1};
        why = "dated in the future: the clock was wrong, then or now";
    }
    SECTION("of an unreadable time") {
        odd.created_at = Time{};
        why = "its time is unreadable: left for you to look at";
    }
    const History history{
        std::vector{odd, snapshot_at("2026-11-19T00:00:00Z"), snapshot_at("2026-11-18T00:00:00Z")}};
    const KeepSpec keep{.last = 1, .within = hours{30}, .max_age = days{1}, .max_total = Bytes{1}};
    CHECK(history.reasons(keep, format_time(odd.created_at)) == Texts{why});
    CHECK(history.kept({.last = 1}).size() == 2);
    CHECK(history.kept(keep).size() == 2);
    CHECK(history.reasons({.last = 1}, "2026-11-19T00:00:00Z") ==
          Texts{"newest proven", "last 1 of 1"});

    odd.pinned = "audit";
    CHECK(History{std::vector{odd}}.reasons(keep, format_time(odd.created_at)) ==
          Texts{why, "pinned: audit"});
}

TEST_CASE("a snapshot of this very second counts", "[plan][retention]") {
    const History history{format_time(now)};
    CHECK(history.reasons({.last = 1}, format_time(now)) == Texts{"newest proven", "last 1 of 1"});
}

TEST_CASE("where the policy asks for no proof, unproven snapshots fill buckets",
          "[plan][retention]") {
    const History history{std::vector{snapshot_at("2026-11-20T00:00:00Z", false),
                                      snapshot_at("2026-11-19T00:00:00Z", false)}};
    CHECK(history.kept({.last = 1}, {}, false) == Texts{"2026-11-20T00:00:00Z"});
}

TEST_CASE("the newest proven stays when unproven ones fill every bucket", "[plan][retention]") {
    const History history{std::vector{snapshot_at("2026-11-20T00:00:00Z", false),
                                      snapshot_at("2026-11-19T00:00:00Z"),
                                      snapshot_at("2026-11-18T00:00:00Z")}};
    CHECK(history.kept({.last = 1}, {}, false) ==
          Texts{"2026-11-20T00:00:00Z", "2026-11-19T00:00:00Z"});
}

TEST_CASE("within one second the snapshot still to be taken is the newest, then the greater key",
          "[plan][retention]") {
    auto coming = snapshot_at("2026-11-20T09:00:00Z");
    coming.path.clear();
    coming.key = "(the new snapshot)";
    auto first = snapshot_at("2026-11-20T09:00:00Z"), second = first;
    first.key = "a";
    second.key = "b";
    const History history{std::vector{first, coming, second}};
    const auto all = history.retained({.last = 2});
    REQUIRE(all.size() == 3);
    CHECK(all[0].snapshot->key == coming.key);
    CHECK(all[1].snapshot->key == "b");
    CHECK_FALSE(all[2].stays);
}

TEST_CASE("the result points to the facts it was given, newest first", "[plan][retention]") {
    const auto older = snapshot_at("2026-11-18T00:00:00Z"),
               newer = snapshot_at("2026-11-19T00:00:00Z");
    const KeepSpec keep{.last = 1};
    const Zone utc;
    const auto all = retain({keep, utc, now, true}, {&older, &newer});
    REQUIRE(all.size() == 2);
    CHECK(all[0].snapshot == &newer);
    CHECK(all[1].snapshot == &older);
    CHECK(retain({keep, utc, now, true}, {}).empty());
}

TEST_CASE("rules are spelled in the order of the policy", "[plan][retention]") {
    CHECK(spell({.last = 3,
                 .daily = 30,
                 .within = days{7},
                 .max_total = Bytes{std::uint64_t{50} << 30},
                 .min_count = 2}) ==
          "last 3, daily 30, within 7 d, max_total 50.0 GiB, min_count 2");
    CHECK(spell({}).empty());
}

}  // namespace muster
