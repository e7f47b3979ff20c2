// What is due, what waits, and what this version cannot do.
#include <algorithm>
#include <catch2/catch.hpp>

#include "engine/plan/judge.h"
#include "engine/plan/make_plan.h"
#include "tests/support/world.h"

namespace muster {

using namespace test;

namespace {

Plan plan_of(const Policy& policy, const Observation& world, const Selection& selection = {}) {
    return make_plan(policy, world, selection, "0.1.0");
}

const Step* find(const Plan& plan, const std::string& id) {
    const auto found = std::ranges::find(plan.steps, id, &Step::id);
    return found == plan.steps.end() ? nullptr : &*found;
}

Policy scheduled(const std::string& cron) {
    auto policy = shop_policy();
    policy.protect["nightly"].schedule.emplace().cron = TextForm<Cron>::parse(cron);
    return policy;
}

std::optional<Finding> finding(const Findings& all, const std::string& code) {
    const auto found = std::ranges::find(all, code, &Finding::code);
    return found == all.end() ? std::nullopt : std::optional{*found};
}

}  // namespace

TEST_CASE("a backup is due since its time, and waits for the next one", "[plan][ST-10][AZ-06]") {
    const auto policy = scheduled("15 2 * * *");
    auto world = shop_world("2026-11-20T10:00:00Z");
    world.snapshots = {snapshot_at("2026-11-20T02:14:59Z")};
    const auto due = plan_of(policy, world);
    REQUIRE(find(due, "snapshot:shop:near"));
    CHECK(find(due, "snapshot:shop:near")->reason.text ==
          "due since 2026-11-20T02:15:00Z, last done 2026-11-20T02:14:59Z");
    CHECK(find(due, "snapshot:shop:near")->job == "protect.nightly");
    CHECK(due.waiting.empty());

    world.snapshots = {snapshot_at("2026-11-20T02:15:00Z")};
    const auto waits = plan_of(policy, world);
    CHECK_FALSE(find(waits, "snapshot:shop:near"));
    REQUIRE(waits.waiting.size() == 1);
    CHECK(waits.waiting[0] == Waiting{"protect.nightly", at("2026-11-21T02:15:00Z"), 1, "shop"});

    Selection all;
    all.ignore_schedule = true;
    CHECK(find(plan_of(policy, world, all), "snapshot:shop:near")->reason.code == "asked");
}

TEST_CASE("a backup whose stored bytes are damaged is due again at once", "[plan]") {
    auto world = shop_world("2026-11-20T10:00:00Z");
    world.snapshots = {snapshot_at("2026-11-20T02:16:00Z")};
    const auto policy = scheduled("15 2 * * *");
    CHECK_FALSE(find(plan_of(policy, world), "snapshot:shop:near"));
    world.snapshots[0].known_bad = world.snapshots[0].damaged = true;
    const auto again = plan_of(policy, world);
    REQUIRE(find(again, "snapshot:shop:near"));
    CHECK(find(again, "snapshot:shop:near")->reason.text ==
          "the snapshot of 2026-11-20T02:16:00Z is damaged");
}

TEST_CASE("a backup that turned out bad was taken all the same", "[plan]") {
    auto world = shop_world("2026-11-20T10:00:00Z");
    world.snapshots = {snapshot_at("2026-11-20T03:00:00Z", false)};
    world.snapshots[0].known_bad = true;
    CHECK_FALSE(find(plan_of(scheduled("15 2 * * *"), world), "snapshot:shop:near"));
    world.snapshots[0].state = SnapshotState::broken;
    CHECK(find(plan_of(scheduled("15 2 * * *"), world), "snapshot:shop:near"));
    world.snapshots[0].state = SnapshotState::complete;
    world.snapshots[0].created_at = world.now + std::chrono::hours{1};  // the clock was wrong
    CHECK(find(plan_of(scheduled("15 2 * * *"), world), "snapshot:shop:near"));
}

TEST_CASE("an expired proof is renewed, unless a new snapshot brings one", "[plan]") {
    auto policy = scheduled("15 2 * * *");
    policy.protect["nightly"].proof_expires = std::chrono::hours{3};
    auto world = shop_world("2026-11-20T10:00:00Z");
    world.snapshots = {snapshot_at("2026-11-20T03:00:00Z"), snapshot_at("2026-11-19T03:00:00Z")};
    const auto plan = plan_of(policy, world);
    const auto* renewed = find(plan, "verify:shop:near:shop/shop-2026-11-20T03:00:00Z.sqlite");
    REQUIRE(renewed);
    CHECK(renewed->reason.code == "proof_expired");
    CHECK_FALSE(find(plan, "verify:shop:near:shop/shop-2026-11-19T03:00:00Z.sqlite"));
    world.now = at("2026-11-21T03:00:00Z");
    CHECK(plan_of(policy, world).steps.size() == 3);  // snapshot, its proof, the drill
}

TEST_CASE("how a snapshot is written goes into its step, and every key into its verification",
          "[plan][ON-10]") {
    auto policy = shop_policy();
    auto& how = policy.protect["nightly"].snapshot;
    how.method = Method::vacuum;
    how.compress = Compression::zstd;
    how.checksum_file = true;
    how.encrypt.emplace().env = "NEW";
    how.decrypt.emplace_back().env = "OLD";
    const auto plan = plan_of(policy, shop_world());
    const auto& taken = std::get<SnapshotStep>(find(plan, "snapshot:shop:near")->action);
    CHECK(taken.method == Method::vacuum);
    CHECK(taken.compress == Compression::zstd);
    CHECK(taken.checksum_file);
    CHECK(taken.encrypt == KeyPlace{"env:NEW"});
    const auto& verified = std::get<VerifyStep>(find(plan, "verify:shop:near")->action);
    CHECK(verified.keys == std::vector<KeyPlace>{{"env:NEW"}, {"env:OLD"}});
}

TEST_CASE("a job and a part of the fleet can be chosen", "[plan]") {
    Selection only;
    only.jobs = {"drills.smoke"};
    const auto plan = plan_of(shop_policy(), shop_world(), only);
    REQUIRE(plan.steps.size() == 1);
    CHECK(plan.steps[0].id == "drill:smoke:shop");
    only.jobs = {"drills.smock"};
    CHECK(unknown_names(only, shop_policy(), shop_world()).at(0) ==
          "'drills.smock' is no job of the policy; the jobs are protect.nightly, drills.smoke");
}

TEST_CASE("what this version cannot do is planned as blocked", "[plan]") {
    auto policy = shop_policy();
    auto world = shop_world();
    auto& protect = policy.protect["nightly"];
    std::string blocked = "snapshot:shop:near";
    SECTION("an object store") {
        policy.stores["near"].s3.emplace();
    }
    SECTION("Azure") {
        policy.stores["near"].azure_blob.emplace();
    }
    SECTION("replacing") {
        policy.stores["near"].overwrite = Overwrite::same_day;
    }
    SECTION("a key that a command prints") {
        protect.snapshot.encrypt.emplace().command = {"pass", "backup"};
    }
    SECTION("a former key that a command prints") {
        protect.snapshot.decrypt.emplace_back().command = {"pass", "backup"};
    }
    SECTION("a directory") {
        policy.targets["shop"].sqlite.clear();
        policy.targets["shop"].directory = "data";
    }
    SECTION("another machine") {
        policy.drills["smoke"].runner.emplace();
        blocked = "drill:smoke:shop";
    }
    const auto plan = plan_of(policy, world);
    REQUIRE(find(plan, blocked));
    CHECK(find(plan, blocked)->bucket == Bucket::blocked);
    CHECK(find(plan, blocked)->reason.code == "not_available");
    CHECK_FALSE(unclean(plan).empty());
}

TEST_CASE("deep checks are asked at depth deep only", "[plan]") {
    auto policy = shop_policy();
    CheckSpec check;
    check.name = "payloads";
    check.blobs.emplace();
    check.depth = Depth::deep;
    policy.targets["shop"].checks = {check};
    const auto plan = plan_of(policy, shop_world());
    CHECK(std::get<VerifyStep>(find(plan, "verify:shop:near")->action).checks.empty());
    CHECK(std::get<DrillStep>(find(plan, "drill:smoke:shop")->action).checks.empty());
}

TEST_CASE("an objective that the next backup will miss shows beforehand", "[plan][ST-08]") {
    auto policy = scheduled("15 2 * * *");
    policy.targets["shop"].rpo = std::chrono::hours{20};
    auto world = shop_world("2026-11-20T10:00:00Z");
    world.snapshots = {snapshot_at("2026-11-20T02:15:00Z")};
    const auto risk = finding(judge(policy, world), "rpo_at_risk");
    REQUIRE(risk);
    CHECK(risk->expected == "a backup before 2026-11-20T22:15:00Z");
    CHECK(risk->actual == "due 2026-11-21T02:15:00Z");
    policy.targets["shop"].rpo = std::chrono::hours{26};
    CHECK_FALSE(finding(judge(policy, world), "rpo_at_risk"));
}

TEST_CASE("a proof that expires before the next backup shows", "[plan]") {
    auto policy = scheduled("15 2 * * *");
    policy.protect["nightly"].proof_expires = std::chrono::hours{12};
    auto world = shop_world("2026-11-20T10:00:00Z");
    world.snapshots = {snapshot_at("2026-11-20T02:15:00Z")};
    CHECK(finding(judge(policy, world), "proof_expiring"));
    policy.protect["nightly"].proof_expires = std::chrono::days{2};
    CHECK_FALSE(finding(judge(policy, world), "proof_expiring"));
}

TEST_CASE("a drill that was not run is overdue after a day", "[plan][ST-10]") {
    auto policy = shop_policy();
    policy.drills["smoke"].schedule.emplace().cron = TextForm<Cron>::parse("0 6 * * *");
    auto world = shop_world("2026-11-20T10:00:00Z");
    world.drills = {{"smoke", "shop", at("2026-11-18T06:00:00Z"), true, {}, {}}};
    CHECK(finding(judge(policy, world), "drill_overdue"));
    policy.strictness.drill_overdue = Severity::warning;
    CHECK(finding(judge(policy, world), "drill_overdue")->severity == Severity::warning);
    world.drills[0].at = at("2026-11-19T06:00:01Z");
    CHECK_FALSE(finding(judge(policy, world), "drill_overdue"));
}

TEST_CASE("nothing is pruned for a proof that has lapsed, before it is renewed",
          "[plan][retention]") {
    auto policy = scheduled("15 2 * * *");
    policy.protect["nightly"].proof_expires = std::chrono::hours{3};
    policy.protect["nightly"].keep = KeepSpec{.last = 1};
    auto world = shop_world("2026-11-20T10:00:00Z");
    world.snapshots = {snapshot_at("2026-11-20T03:00:00Z"), snapshot_at("2026-11-19T03:00:00Z")};
    const auto plan = plan_of(policy, world);
    const std::string gone = "prune:shop:near:shop/shop-2026-11-19T03:00:00Z.sqlite";
    REQUIRE(find(plan, gone));
    CHECK(find(plan, gone)->needs ==
          std::vector<std::string>{"verify:shop:near:shop/shop-2026-11-20T03:00:00Z.sqlite"});
    Selection only;
    only.only = {"prune"};
    CHECK(find(plan_of(policy, world, only), gone)->reason.code == "proof_expired");
    policy.protect["nightly"].proof_expires = std::chrono::days{3};
    CHECK(find(plan_of(policy, world, only), gone)->bucket == Bucket::planned);
}

TEST_CASE("nothing is pruned for a new snapshot that no step verifies", "[plan][retention]") {
    auto policy = shop_policy();
    policy.protect["nightly"].keep = KeepSpec{.last = 1};
    auto world = shop_world();
    world.snapshots = {snapshot_at("2026-11-19T03:00:00Z"), snapshot_at("2026-11-18T03:00:00Z")};
    Selection selection;
    selection.only = {"snapshot", "prune"};
    const auto plan = plan_of(policy, world, selection);
    for (const auto& step : plan.steps)
        if (std::holds_alternative<PruneStep>(step.action)) {
            CHECK(step.bucket == Bucket::blocked);
            CHECK(step.reason.code == "verification_not_planned");
        }
    CHECK(find(plan, "prune:shop:near:shop/shop-2026-11-18T03:00:00Z.sqlite"));
}

TEST_CASE("nothing is pruned for a target that cannot be backed up now, due or not",
          "[plan][retention]") {
    auto policy = scheduled("15 2 * * *");
    policy.protect["nightly"].keep = KeepSpec{.last = 1};
    auto world = shop_world("2026-11-20T10:00:00Z");
    world.snapshots = {snapshot_at("2026-11-20T03:00:00Z"), snapshot_at("2026-11-19T03:00:00Z")};
    world.targets[0].trouble = Trouble{"not_found", "gone", ""};
    const auto plan = plan_of(policy, world);
    const auto* prune = find(plan, "prune:shop:near:shop/shop-2026-11-19T03:00:00Z.sqlite");
    REQUIRE(prune);
    CHECK(prune->reason.code == "backup_not_planned");
}

TEST_CASE("a target goes to a store by one protect", "[plan]") {
    auto policy = shop_policy();
    policy.protect["also"] = policy.protect["nightly"];
    policy.protect["also"].targets.names = {"shop"};
    const auto plan = plan_of(policy, shop_world());
    const auto* second = find(plan, "snapshot:shop:near:protect.nightly");
    REQUIRE(second);
    CHECK(second->bucket == Bucket::blocked);
    CHECK(second->reason.code == "protected_twice");
}

}  // namespace muster
