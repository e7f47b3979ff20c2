#include "engine/plan/retention.h"

#include <catch2/catch.hpp>

#include <algorithm>

#include "tests/support/world.h"

namespace muster {

using namespace test;

namespace {

const Time now = at("2026-11-20T10:00:00Z");

std::vector<std::string> kept_times(const std::vector<Retained>& all) {
    std::vector<std::string> out;
    for (const auto& each : all)
        if (!each.reasons.empty()) out.push_back(format_time(each.snapshot.created_at));
    return out;
}

KeepSpec keep(std::optional<int> last, std::optional<int> daily) {
    return {last, daily};
}

}  // namespace

TEST_CASE("last keeps the newest so many", "[plan][retention]") {
    const auto all =
        retain(keep(2, {}),
               {snapshot_at("2026-11-18T00:00:00Z"), snapshot_at("2026-11-20T00:00:00Z"),
                snapshot_at("2026-11-19T00:00:00Z")},
               now, true);
    CHECK(kept_times(all) ==
          std::vector<std::string>{"2026-11-20T00:00:00Z", "2026-11-19T00:00:00Z"});
}

TEST_CASE("daily keeps the newest of each day that has one; days without do not count",
          "[plan][retention]") {
    const auto all =
        retain(keep({}, 2),
               {snapshot_at("2026-11-20T01:00:00Z"), snapshot_at("2026-11-20T09:00:00Z"),
                snapshot_at("2026-11-15T03:00:00Z"), snapshot_at("2026-11-15T08:00:00Z"),
                snapshot_at("2026-11-10T00:00:00Z")},
               now, true);
    CHECK(kept_times(all) ==
          std::vector<std::string>{"2026-11-20T09:00:00Z", "2026-11-15T08:00:00Z"});
}

TEST_CASE("the oldest stays while a rule has counts left", "[plan][retention]") {
    const auto all =
        retain(keep({}, 5),
               {snapshot_at("2026-11-20T01:00:00Z"), snapshot_at("2026-11-19T02:00:00Z"),
                snapshot_at("2026-11-19T01:00:00Z")},
               now, true);
    CHECK(kept_times(all) == std::vector<std::string>{"2026-11-20T01:00:00Z",
                                                      "2026-11-19T02:00:00Z",
                                                      "2026-11-19T01:00:00Z"});
}

TEST_CASE("a snapshot stays when any rule keeps it, and every reason is told",
          "[plan][retention]") {
    const auto all = retain(
        keep(1, 1), {snapshot_at("2026-11-20T01:00:00Z"), snapshot_at("2026-11-20T00:00:00Z")}, now,
        true);
    CHECK(all[0].reasons ==
          std::vector<std::string>{"newest proven", "last 1 of 1", "daily 1 of 1"});
    CHECK(all[1].reasons.empty());
}

TEST_CASE("what is unproven, bad, unfinished, broken or in the future stays and fills no bucket",
          "[plan][retention]") {
    auto odd = snapshot_at("2026-11-20T09:00:00Z");
    SECTION("unproven") {
        odd.proven_at.reset();
    }
    SECTION("found bad") {
        odd.known_bad = true;
    }
    SECTION("unfinished") {
        odd.state = SnapshotState::unfinished;
    }
    SECTION("broken") {
        odd.state = SnapshotState::broken;
    }
    SECTION("from the future") {
        odd.created_at = now + std::chrono::hours{1};
    }
    const auto all = retain(
        keep(1, {}),
        {odd, snapshot_at("2026-11-19T00:00:00Z"), snapshot_at("2026-11-18T00:00:00Z")}, now, true);
    REQUIRE(all.size() == 3);
    CHECK_FALSE(all[0].reasons.empty());
    CHECK(all[1].reasons == std::vector<std::string>{"newest proven", "last 1 of 1"});
    CHECK(all[2].reasons.empty());
}

TEST_CASE("where the policy asks for no proof, unproven snapshots fill buckets",
          "[plan][retention]") {
    const auto all = retain(
        keep(1, {}),
        {snapshot_at("2026-11-20T00:00:00Z", false), snapshot_at("2026-11-19T00:00:00Z", false)},
        now, false);
    CHECK(kept_times(all) == std::vector<std::string>{"2026-11-20T00:00:00Z"});
}

TEST_CASE("the newest proven stays when unproven ones fill every bucket", "[plan][retention]") {
    const auto all = retain(
        keep(1, {}),
        {snapshot_at("2026-11-20T00:00:00Z", false), snapshot_at("2026-11-19T00:00:00Z", true),
         snapshot_at("2026-11-18T00:00:00Z", true)},
        now, false);
    CHECK(kept_times(all) ==
          std::vector<std::string>{"2026-11-20T00:00:00Z", "2026-11-19T00:00:00Z"});
}

}  // namespace muster
