#include "engine/plan/retention_report.h"

#include <catch2/catch.hpp>

#include "engine/plan/make_plan.h"
#include "tests/support/world.h"

namespace muster {

using namespace test;

namespace {

Policy policy_with(const KeepSpec& keep) {
    auto policy = shop_policy();
    policy.protect["nightly"].keep = keep;
    return policy;
}

/// One a day at noon, the newest on 19 November, each of 4096 bytes.
Observation world_with(int count) {
    auto world = shop_world();
    for (int i = 0; i < count; ++i)
        world.snapshots.push_back(
            snapshot_at(format_time(at("2026-11-19T12:00:00Z") - std::chrono::days{i})));
    return world;
}

RetentionReport report_for(const Policy& policy, const Observation& world,
                           std::vector<std::string> targets = {}) {
    Selection selection;
    selection.targets = std::move(targets);
    selection.only = {"prune"};
    return retention_report(policy, world, make_plan(policy, world, selection, "0.1.0"));
}

std::vector<std::string> keys(const RetentionGroup& group, Fate fate) {
    std::vector<std::string> out;
    for (const auto& each : group.snapshots)
        if (each.fate == fate) out.push_back(each.key);
    return out;
}

std::vector<std::string> planned_keys(const std::vector<Step>& steps) {
    std::vector<std::string> out;
    for (const auto& step : steps)
        if (const auto* prune = std::get_if<PruneStep>(&step.action);
            prune != nullptr && step.bucket == Bucket::planned)
            out.push_back(prune->key);
    return out;
}

}  // namespace

TEST_CASE("a report tells of each snapshot what its plan does", "[plan][retention][ON-02]") {
    const auto policy = policy_with({.last = 2});
    auto world = world_with(5);
    world.snapshots[3].pinned = "evidence";
    const auto report = report_for(policy, world);
    REQUIRE(report.groups.size() == 1);
    const auto& group = report.groups.front();
    CHECK(group.target == "shop");
    CHECK(group.store == "near");
    CHECK(group.job == "protect.nightly");
    CHECK(group.rules == "last 2");
    CHECK(group.need_proof);
    REQUIRE(group.snapshots.size() == 5);
    CHECK(group.snapshots.front().created_at == at("2026-11-19T12:00:00Z"));
    CHECK(group.snapshots[3].pinned == "evidence");
    Selection prune;
    prune.only = {"prune"};
    CHECK(keys(group, Fate::remove) ==
          planned_keys(make_plan(policy, world, prune, "0.1.0").steps));
    CHECK(keys(group, Fate::remove).size() == 2);
    CHECK(group.total == RetentionTotal{3, Bytes{3 * 4096}, 2, Bytes{2 * 4096}, 0, {}});
    CHECK(report.total == group.total);
    for (const auto& each : group.snapshots) CHECK_FALSE(each.reasons.empty());
}

TEST_CASE("where the last backup failed, the report says what is blocked, and by what",
          "[plan][retention][ON-02]") {
    auto world = world_with(4);
    world.failed_last_backup = {"shop"};
    const auto report = report_for(policy_with({.last = 1}), world);
    const auto& group = report.groups.front();
    REQUIRE(group.blocked);
    CHECK(group.blocked->code == "last_backup_failed");
    CHECK(keys(group, Fate::remove).empty());
    CHECK(group.total.blocked == 3);
    CHECK(report.total.blocked_bytes == Bytes{3 * 4096});
}

TEST_CASE("a report has what the selection leaves, and only where there are rules",
          "[plan][retention]") {
    const auto world = world_with(2);
    CHECK(report_for(policy_with({.last = 1}), world, {"shop"}).groups.size() == 1);
    CHECK(report_for(policy_with({.last = 1}), world, {"other"}).groups.empty());
    CHECK(report_for(shop_policy(), world).groups.empty());
}

TEST_CASE("worth and local time of a snapshot", "[plan][retention]") {
    auto world = world_with(5);
    world.zone = {"Europe/Berlin", {{at("2026-10-25T01:00:00Z"), std::chrono::hours{1}}}};
    world.snapshots[0].proven_at.reset();
    world.snapshots[1].known_bad = true;
    world.snapshots[2].state = SnapshotState::broken;
    world.snapshots[2].created_at = Time{};
    world.snapshots[3].state = SnapshotState::unfinished;
    const auto report = report_for(policy_with({.last = 1}), world);
    std::map<std::string, JudgedSnapshot> seen;
    for (const auto& each : report.groups.front().snapshots) seen[each.key] = each;
    const auto of = [&](std::size_t i) { return seen.at(world.snapshots[i].key); };
    CHECK(of(0).worth == Worth::unproven);
    CHECK(of(0).local == "2026-11-19T13:00:00+01:00");
    CHECK(of(1).worth == Worth::bad);
    CHECK(of(2).worth == Worth::broken);
    CHECK_FALSE(of(2).created_at);
    CHECK_FALSE(of(2).local);
    CHECK(of(3).worth == Worth::unfinished);
    CHECK(of(4).worth == Worth::proven);
    CHECK(of(4).proven_at == world.snapshots[4].proven_at);
    CHECK(report.timezone == "Europe/Berlin");
    world.zone = {};
    const auto in_utc = report_for(policy_with({.last = 1}), world);
    for (const auto& each : in_utc.groups.front().snapshots) CHECK_FALSE(each.local);
}

TEST_CASE("a directory is grouped by name, volume and place, and each group keeps one",
          "[plan][retention][ON-02]") {
    auto world = world_with(4);
    world.targets.clear();
    for (auto& each : world.snapshots) each.proven_at.reset();
    world.snapshots[2].source_path = world.snapshots[3].source_path = "/srv/other/shop.db";
    const auto report =
        retention_report(DirectoryRules{{.max_age = std::chrono::seconds{1}}, false}, world);
    REQUIRE(report.groups.size() == 2);
    for (const auto& group : report.groups) CHECK(group.total.kept == 1);
    const auto steps = prune_steps(report, "/backups");
    CHECK(planned_keys(steps) == std::vector{world.snapshots[1].key, world.snapshots[3].key});
    const auto& prune = std::get<PruneStep>(steps.back().action);
    CHECK(prune == PruneStep{"/srv/other/shop.db", "near", "/backups", world.snapshots[3].key,
                             world.snapshots[3].checksum});
    CHECK(steps.back().target == "shop");
    CHECK(steps.back().bytes == Bytes{4096});
    CHECK(steps.back().reason.code == "max_age");
}

TEST_CASE("in a directory too a failed backup blocks, and --proven asks for proof",
          "[plan][retention][ON-02]") {
    auto world = world_with(3);
    world.targets.clear();
    const DirectoryRules rules{{.last = 1}, true};
    CHECK(retention_report(rules, world).total.removed == 2);
    auto unproven = world;
    for (auto& each : unproven.snapshots) each.proven_at.reset();
    CHECK(retention_report(rules, unproven).total.removed == 0);
    world.failed_last_backup = {"shop"};
    const auto blocked = retention_report(rules, world);
    CHECK(blocked.total.blocked == 2);
    const auto steps = prune_steps(blocked, "/backups");
    REQUIRE(steps.size() == 2);
    for (const auto& step : steps) {
        CHECK(step.bucket == Bucket::blocked);
        CHECK(step.reason.code == "last_backup_failed");
    }
}

}  // namespace muster
