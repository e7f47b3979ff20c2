#include "engine/plan/make_plan.h"

#include <catch2/catch.hpp>

#include <algorithm>

#include "tests/support/world.h"

namespace muster {

using namespace test;

namespace {

std::vector<std::string> ids(const Plan& plan, Bucket bucket) {
    std::vector<std::string> out;
    for (const auto& step : plan.steps)
        if (step.bucket == bucket) out.push_back(step.id);
    return out;
}

Plan whole_plan(const Policy& policy, const Observation& world, const Selection& selection = {}) {
    return make_plan(policy, world, selection, "0.1.0");
}

const Step& step(const Plan& plan, const std::string& id) {
    const auto found = std::ranges::find(plan.steps, id, &Step::id);
    REQUIRE(found != plan.steps.end());
    return *found;
}

}  // namespace

TEST_CASE("a first plan takes a snapshot, proves it and rehearses", "[plan]") {
    const auto plan = whole_plan(shop_policy(), shop_world());
    CHECK(ids(plan, Bucket::planned) ==
          std::vector<std::string>{"snapshot:shop:near", "verify:shop:near", "drill:smoke:shop"});
    CHECK(step(plan, "verify:shop:near").needs == std::vector<std::string>{"snapshot:shop:near"});
    CHECK(plan.totals[0].steps == 3);
    CHECK(unclean(plan).empty());
}

TEST_CASE("the same world gives the same plan", "[plan]") {
    CHECK(whole_plan(shop_policy(), shop_world()) == whole_plan(shop_policy(), shop_world()));
}

TEST_CASE("pruning counts the snapshot to come, and needs it taken and verified",
          "[plan][retention]") {
    auto policy = shop_policy();
    policy.protect["nightly"].keep = KeepSpec{.last = 2};
    auto world = shop_world();
    world.snapshots = {snapshot_at("2026-11-18T00:00:00Z"), snapshot_at("2026-11-19T00:00:00Z")};
    const auto plan = whole_plan(policy, world);
    const auto& prune = step(plan, "prune:shop:near:shop/shop-2026-11-18T00:00:00Z.sqlite");
    CHECK(prune.needs == std::vector<std::string>{"snapshot:shop:near", "verify:shop:near"});
    CHECK(prune.reason.text == "no rule keeps it (last 2)");
    REQUIRE(plan.kept.size() == 1);
    CHECK(plan.kept[0].snapshots == 2);
    CHECK(plan.kept[0].rules == std::map<std::string, int>{{"last", 2}, {"newest_proven", 1}});
}

TEST_CASE("nothing is pruned for a target whose backup cannot be taken, or failed last",
          "[plan][retention]") {
    auto policy = shop_policy();
    policy.protect["nightly"].keep = KeepSpec{.last = 1};
    auto world = shop_world();
    world.snapshots = {snapshot_at("2026-11-18T00:00:00Z"), snapshot_at("2026-11-19T00:00:00Z")};
    Selection selection;
    std::string code;
    SECTION("now") {
        world.targets[0].trouble = Trouble{"exclusive_holder", "it is locked", ""};
        code = "backup_not_planned";
    }
    SECTION("last time") {
        world.failed_last_backup = {"shop"};
        selection.only = {"prune"};
        code = "last_backup_failed";
    }
    const auto plan = whole_plan(policy, world, selection);
    const auto& prune = step(plan, "prune:shop:near:shop/shop-2026-11-18T00:00:00Z.sqlite");
    CHECK(prune.bucket == Bucket::blocked);
    CHECK(prune.reason.code == code);
}

TEST_CASE("a target or store in trouble blocks, with the reason and the remedy", "[plan]") {
    auto world = shop_world();
    SECTION("target") {
        world.targets[0].trouble =
            Trouble{"not_found", "there is no /srv/shop.db", "check the path"};
    }
    SECTION("store") {
        world.stores[0].trouble = Trouble{"store_unreachable", "it is read-only", "mount it"};
    }
    const auto plan = whole_plan(shop_policy(), world);
    const auto& snapshot = step(plan, "snapshot:shop:near");
    CHECK(snapshot.bucket == Bucket::blocked);
    CHECK_FALSE(snapshot.reason.text.empty());
    CHECK_FALSE(unclean(plan).empty());
}

TEST_CASE("space is counted over all snapshots of one plan", "[plan]") {
    auto world = shop_world();
    world.targets.push_back(world.targets[0]);
    world.targets[1].id = "shop/second";
    world.stores[0].free = Bytes{6000};
    const auto plan = whole_plan(shop_policy(), world);
    CHECK(step(plan, "snapshot:shop:near").bucket == Bucket::planned);
    CHECK(step(plan, "snapshot:shop/second:near").reason.code == "no_space");
}

TEST_CASE("targets over the limit are deferred, those not selected stand nowhere", "[plan]") {
    auto world = shop_world();
    for (const auto* id : {"shop/b", "shop/c"}) {
        world.targets.push_back(world.targets[0]);
        world.targets.back().id = id;
    }
    Selection limited;
    limited.limit = 1;
    limited.only = {"snapshot"};
    CHECK(ids(whole_plan(shop_policy(), world, limited), Bucket::deferred) ==
          std::vector<std::string>{"snapshot:shop/b:near", "snapshot:shop/c:near"});
    Selection one;
    one.targets = {"shop/b"};
    for (const auto& each : whole_plan(shop_policy(), world, one).steps)
        CHECK(each.target == "shop/b");
}

TEST_CASE("snapshots that no run has proven are proven by the next", "[plan]") {
    auto world = shop_world();
    world.snapshots = {snapshot_at("2026-11-19T00:00:00Z", false)};
    const auto plan = whole_plan(shop_policy(), world);
    const auto& verify = std::get<VerifyStep>(
        step(plan, "verify:shop:near:shop/shop-2026-11-19T00:00:00Z.sqlite").action);
    CHECK(verify.key == world.snapshots[0].key);
    CHECK(verify.taken_by.empty());
}

TEST_CASE("strictness narrows what --strict-plan refuses", "[plan]") {
    auto policy = shop_policy();
    policy.strictness.plan = {Unclean::deferred};
    auto world = shop_world();
    world.targets[0].trouble = Trouble{"not_found", "gone", ""};
    CHECK(unclean(whole_plan(policy, world)).empty());
}

TEST_CASE("names that match nothing are told", "[plan]") {
    Selection selection;
    selection.targets = {"shop", "shpo"};
    selection.only = {"snapshot", "shapshot"};
    const auto unknown = unknown_names(selection, shop_policy(), shop_world());
    REQUIRE(unknown.size() == 2);
    CHECK(unknown[0] == "no target is named 'shpo'");
    CHECK(
        unknown[1] ==
        "'shapshot' is no kind of step; the kinds are snapshot, verify, prune, compact, repair, drill");
}

}  // namespace muster
