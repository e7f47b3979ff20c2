#include "engine/plan/judge.h"

#include <catch2/catch.hpp>

#include <algorithm>

#include "engine/plan/standings.h"
#include "tests/support/world.h"

namespace muster {

using namespace test;

namespace {

Finding finding(const Observation& world, const std::string& code) {
    const auto all = judge(shop_policy(), world);
    const auto found = std::ranges::find(all, code, &Finding::code);
    REQUIRE(found != all.end());
    return *found;
}

DrillFacts rehearsal(bool passed, Duration took) {
    return {"smoke", "shop", at("2026-11-20T09:00:00Z"), passed, took};
}

}  // namespace

TEST_CASE("a target without a snapshot is bad, not unknown", "[plan][judge]") {
    CHECK(finding(shop_world(), "proof").verdict == Verdict::bad);
    CHECK(finding(shop_world(), "proof").severity == Severity::error);
    CHECK(finding(shop_world(), "rpo").verdict == Verdict::unchecked);
    CHECK(finding(shop_world(), "rto").verdict == Verdict::unchecked);
}

TEST_CASE("the RPO is measured by the newest proven snapshot, not by the newest", "[plan][judge]") {
    auto world = shop_world();
    world.snapshots = {snapshot_at("2026-11-20T09:59:00Z", false),
                       snapshot_at("2026-11-18T10:00:00Z", true)};
    const auto rpo = finding(world, "rpo");
    CHECK(rpo.verdict == Verdict::bad);
    CHECK(rpo.actual == "2 d");
}

TEST_CASE("a snapshot that was proven, and then found bad, counts no more", "[plan][judge]") {
    auto world = shop_world();
    world.snapshots = {snapshot_at("2026-11-20T09:00:00Z")};
    CHECK(finding(world, "proof").verdict == Verdict::good);
    world.snapshots[0].known_bad = true;
    CHECK(finding(world, "proof").verdict == Verdict::bad);
    CHECK(finding(world, "snapshot").actual == "bad");
}

TEST_CASE("a snapshot from the future is never the newest", "[plan][judge]") {
    auto world = shop_world();
    world.snapshots = {snapshot_at("2026-11-21T09:00:00Z")};
    CHECK(finding(world, "proof").verdict == Verdict::bad);
    CHECK(finding(world, "snapshot").actual == "dated in the future");
}

TEST_CASE("a proof expires", "[plan][judge]") {
    auto world = shop_world();
    world.snapshots = {snapshot_at("2026-11-12T10:00:00Z")};
    CHECK(finding(world, "proof").verdict == Verdict::bad);
    world.snapshots[0].proven_at = at("2026-11-13T10:00:01Z");
    CHECK(finding(world, "proof").verdict == Verdict::good);
}

TEST_CASE("the RTO is measured by the last rehearsal, which must have passed", "[plan][judge]") {
    auto world = shop_world();
    world.drills = {rehearsal(true, std::chrono::minutes{4})};
    CHECK(finding(world, "rto").verdict == Verdict::good);
    world.drills = {rehearsal(true, std::chrono::minutes{6})};
    CHECK(finding(world, "rto").verdict == Verdict::bad);
    world.drills = {rehearsal(false, std::chrono::minutes{1})};
    CHECK(finding(world, "rto").verdict != Verdict::good);
    CHECK(finding(world, "drill").verdict == Verdict::bad);
}

TEST_CASE("trouble with a target or a store, and runs that died, are told", "[plan][judge]") {
    auto world = shop_world();
    world.targets[0].trouble = Trouble{"not_found", "there is no database", "check the path"};
    world.stores[0].trouble = Trouble{"store_unreachable", "it is read-only", "mount it"};
    world.unfinished_runs = {{"run-1", "muster apply p.yaml", "snapshot:shop:near"}};
    CHECK(finding(world, "target").next == "check the path");
    CHECK(finding(world, "store").reason == "it is read-only");
    CHECK(finding(world, "run").reason ==
          "'muster apply p.yaml' never ended; the last step it began is snapshot:shop:near");
}

TEST_CASE("every target stands somewhere: drilled, overdue, never or skipped",
          "[plan][standings]") {
    auto world = shop_world();
    const auto coverage = [&] { return standings_of(shop_policy(), world).targets.at(0).coverage; };
    CHECK(coverage() == Coverage::never);
    world.drills = {rehearsal(true, std::chrono::minutes{1})};
    CHECK(coverage() == Coverage::drilled);
    world.drills = {rehearsal(false, std::chrono::minutes{1})};
    CHECK(coverage() == Coverage::overdue);
    world.targets[0].trouble = Trouble{"not_found", "gone", ""};
    CHECK(coverage() == Coverage::skipped);
}

}  // namespace muster
