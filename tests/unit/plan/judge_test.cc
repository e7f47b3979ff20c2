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
    return {"smoke", "shop", at("2026-11-20T09:00:00Z"), passed, took, {}};
}

/// Passed, one each of the last five days, each longer by `by`.
DrillFacts rehearsed(const std::string& drill, Duration last, Duration by) {
    auto facts = rehearsal(true, last);
    facts.drill = drill;
    for (int ago = 4; ago >= 0; --ago)
        facts.history.push_back({facts.at - std::chrono::days{ago}, last - ago * by, {}});
    return facts;
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
    SECTION("a drill that passes does not hide one that failed") {
        auto policy = shop_policy();
        policy.drills["monthly"] = policy.drills["smoke"];
        auto later = rehearsal(true, std::chrono::minutes{1});
        later.drill = "monthly";
        later.at += std::chrono::hours{1};
        world.drills.push_back(later);
        const auto standing = standings_of(policy, world).targets.at(0);
        CHECK(standing.coverage == Coverage::overdue);
        CHECK(standing.reason == "the drill smoke failed");
        world.drills[0].passed = true;
        CHECK(standings_of(policy, world).targets.at(0).coverage == Coverage::drilled);
        policy.drills["smoke"].targets.names = {"other"};  // it is no longer for this one
        world.drills[0].passed = false;
        CHECK(standings_of(policy, world).targets.at(0).coverage == Coverage::drilled);
        policy.drills.erase("smoke");
        CHECK(standings_of(policy, world).targets.at(0).coverage == Coverage::drilled);
    }
    SECTION("one that restores nothing measures no restore, and the slowest counts") {
        auto policy = shop_policy();
        policy.drills["faults"] = policy.drills["monthly"] = policy.drills["smoke"];
        auto other = rehearsal(true, Duration::zero());
        other.drill = "faults";
        world.drills = {other};
        CHECK(standings_of(policy, world).targets.at(0).coverage == Coverage::never);
        CHECK_FALSE(standings_of(policy, world).targets.at(0).rto->measured);
        CHECK_FALSE(standings_of(policy, world).targets.at(0).rto->met);
        world.drills.push_back(rehearsal(true, std::chrono::minutes{1}));
        other = rehearsal(true, std::chrono::minutes{2});
        other.drill = "monthly";
        other.at -= std::chrono::hours{24};
        world.drills.push_back(other);
        CHECK(standings_of(policy, world).targets.at(0).rto->measured == std::chrono::minutes{2});
    }
    world.targets[0].trouble = Trouble{"not_found", "gone", ""};
    CHECK(coverage() == Coverage::skipped);
}

TEST_CASE("an objective that will be missed within 90 days is warned of", "[plan][judge]") {
    using std::chrono::seconds;
    auto world = shop_world("2026-11-20T09:00:00Z");
    world.drills = {rehearsed("smoke", seconds{120}, seconds{2})};
    const auto warned = finding(world, "outlook");
    CHECK(warned.verdict == Verdict::bad);
    CHECK(warned.severity == Severity::warning);
    CHECK(warned.subject == "shop");
    CHECK(warned.reason ==
          "restores take 2 min now, 2.0 s longer each day: "
          "the objective of 5 min will be missed about 2027-02-18");
    CHECK(warned.actual == "5 min about 2027-02-18");
    CHECK(warned.coverage == "a line through 5 rehearsals since 2026-11-16");
    CHECK_FALSE(warned.next.empty());
    world.drills = {rehearsed("smoke", Duration{119'998}, seconds{2})};
    CHECK(finding(world, "outlook").verdict == Verdict::good);
    CHECK(finding(world, "outlook").next.empty());
}

TEST_CASE("what is missed already is told once, as the RTO", "[plan][judge]") {
    auto world = shop_world();
    world.drills = {rehearsed("smoke", std::chrono::minutes{6}, std::chrono::seconds{10})};
    CHECK(finding(world, "rto").verdict == Verdict::bad);
    const auto all = judge(shop_policy(), world);
    CHECK(std::ranges::count(all, "outlook", &Finding::code) == 0);
    CHECK(standings_of(shop_policy(), world).targets.at(0).outlook->misses_at == world.now);
}

TEST_CASE("an outlook needs an RTO and measurements enough", "[plan][standings]") {
    auto world = shop_world();
    auto policy = shop_policy();
    const auto outlook = [&] { return standings_of(policy, world).targets.at(0).outlook; };
    world.drills = {rehearsal(true, std::chrono::minutes{1})};
    CHECK_FALSE(outlook());
    world.drills = {rehearsed("smoke", std::chrono::minutes{1}, {})};
    REQUIRE(outlook());
    CHECK(outlook()->measurements == 5);
    policy.targets["shop"].rto.reset();
    CHECK_FALSE(outlook());
}

TEST_CASE("of several drills the one that misses first is told", "[plan][standings]") {
    using std::chrono::seconds;
    auto world = shop_world();
    auto policy = shop_policy();
    policy.drills["far"] = policy.drills["smoke"];
    const auto outlook = [&] { return *standings_of(policy, world).targets.at(0).outlook; };
    const auto near = rehearsed("smoke", seconds{10}, {});
    world.drills = {near, rehearsed("far", seconds{60}, {})};
    CHECK(outlook().expected == seconds{60});
    CHECK_FALSE(outlook().misses_at);
    world.drills = {rehearsed("smoke", seconds{10}, seconds{2}), rehearsed("far", seconds{60}, {})};
    CHECK(outlook().misses_at);
    CHECK(outlook().measurements == 5);
    policy.drills.erase("smoke");
    CHECK(outlook().expected == seconds{60});
}

TEST_CASE("a rehearsal that failed by its time alone is measured, and one that did not is not",
          "[plan][standings]") {
    using std::chrono::minutes;
    auto world = shop_world();
    auto policy = shop_policy();
    const auto outlook = [&] { return standings_of(policy, world).targets.at(0).outlook; };
    world.drills = {rehearsed("smoke", minutes{1}, {})};
    world.drills[0].passed = false;
    CHECK(outlook()->measurements == 5);
    CHECK_FALSE(outlook()->misses_at);
    world.drills[0].restore_took = minutes{9};
    CHECK(outlook()->measurements == 6);
    CHECK(outlook()->misses_at == world.now);
    // Another drill misses it, and has no line yet: this one's must not say that it holds.
    world.drills = {rehearsed("smoke", minutes{1}, {}), rehearsal(false, minutes{9})};
    world.drills[1].drill = "far";
    world.drills[1].at += std::chrono::seconds{1};
    policy.drills["far"] = policy.drills["smoke"];
    CHECK_FALSE(outlook());
}

}  // namespace muster
