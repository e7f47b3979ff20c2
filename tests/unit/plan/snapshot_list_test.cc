#include "engine/plan/snapshot_list.h"

#include <catch2/catch.hpp>

#include "tests/support/world.h"

namespace muster {

using namespace test;

namespace {

std::vector<std::string> ids(const SnapshotList& list) {
    std::vector<std::string> out;
    for (const auto& each : list.snapshots) out.push_back(each.id);
    return out;
}

SnapshotFacts named(const std::string& key, const std::string& target, const std::string& time) {
    auto facts = snapshot_at(time);
    facts.key = key;
    facts.path = "/srv/backups/" + key;
    facts.target = target;
    return facts;
}

/// shop with one proven snapshot of each of three days, the newest two hours old.
Observation three_days() {
    auto world = shop_world();
    for (const auto* time :
         {"2026-11-18T08:00:00Z", "2026-11-20T08:00:00Z", "2026-11-19T08:00:00Z"})
        world.snapshots.push_back(snapshot_at(time));
    world.targets.front().volume_id = "vol_1";
    return world;
}

}  // namespace

TEST_CASE("a snapshot is listed with all that is known of it", "[plan][snapshots]") {
    auto world = three_days();
    world.snapshots.resize(1);
    world.snapshots.front().pinned = "evidence";
    const auto list = snapshot_list(shop_policy(), world);
    CHECK(list.policy_name == "shop-policy");
    CHECK(list.at == world.now);
    REQUIRE(list.snapshots.size() == 1);
    const auto& only = list.snapshots.front();
    CHECK(only.target == "shop");
    CHECK(only.volume_id == "vol_1");
    CHECK(only.source == "/srv/shop.db");
    CHECK(only.store == "near");
    CHECK(only.path == "/srv/backups/" + only.id);
    CHECK(only.created_at == at("2026-11-18T08:00:00Z"));
    CHECK(only.age == std::chrono::hours{50});
    CHECK(only.bytes == Bytes{4096});
    CHECK(only.checksum == digest(only.id));
    CHECK(only.proof == ProofState::valid);
    CHECK(only.proven_at == only.created_at);
    CHECK(only.proof_expires_at == at("2026-11-25T08:00:00Z"));
    CHECK(only.pinned == "evidence");
}

TEST_CASE("targets and stores stand in order, and there the newest first", "[plan][snapshots]") {
    auto world = three_days();
    world.snapshots.push_back(named("z", "", "2026-11-20T09:00:00Z"));
    world.snapshots.back().state = SnapshotState::unfinished;
    world.snapshots.push_back(named("b", "depot", "2026-11-01T00:00:00Z"));
    world.snapshots.push_back(named("a", "depot", "2026-11-01T00:00:00Z"));
    world.snapshots.push_back(named("far", "depot", "2026-11-20T00:00:00Z"));
    world.snapshots.back().store = "far";
    world.snapshots.push_back(named("unknown-time", "shop", "1970-01-01T00:00:00Z"));
    CHECK(ids(snapshot_list(shop_policy(), world)) ==
          std::vector<std::string>{"far", "b", "a", "unknown-time",
                                   "shop/shop-2026-11-20T08:00:00Z.sqlite",
                                   "shop/shop-2026-11-19T08:00:00Z.sqlite",
                                   "shop/shop-2026-11-18T08:00:00Z.sqlite", "z"});
}

TEST_CASE("a proof counts as long as the protect of that target and store says",
          "[plan][snapshots]") {
    auto policy = shop_policy();
    policy.protect["nightly"].proof_expires = std::chrono::hours{2};
    auto world = three_days();
    world.snapshots.resize(2);
    world.snapshots[1].proven_at = at("2026-11-20T08:00:01Z");
    auto list = snapshot_list(policy, world);
    CHECK(list.snapshots[0].proof == ProofState::valid);
    CHECK(list.snapshots[1].proof == ProofState::expired);
    world.snapshots[1].proven_at = at("2026-11-20T08:00:00Z");
    CHECK(snapshot_list(policy, world).snapshots[0].proof == ProofState::expired);
    policy.protect["nightly"].stores = {"far"};
    CHECK(snapshot_list(policy, world).snapshots[0].proof_expires_at == at("2026-11-27T08:00:00Z"));
    CHECK(snapshot_list(world, std::chrono::hours{3}).snapshots[0].proof_expires_at ==
          at("2026-11-20T11:00:00Z"));
}

TEST_CASE("what was found bad, or is no more as it was proven, has no valid proof",
          "[plan][snapshots]") {
    auto world = three_days();
    world.snapshots[0].known_bad = true;
    world.snapshots[1].state = SnapshotState::broken;
    world.snapshots[2].proven_at.reset();
    const auto list = snapshot_list(shop_policy(), world);
    CHECK(list.snapshots[0].proof == ProofState::bad);
    CHECK(list.snapshots[1].proof == ProofState::never);
    CHECK(list.snapshots[2].proof == ProofState::bad);
    CHECK_FALSE(list.snapshots[1].proof_expires_at);
}

TEST_CASE("a snapshot of the future has no age, one of unreadable time no time",
          "[plan][snapshots]") {
    auto world = shop_world();
    world.snapshots = {snapshot_at("2026-11-20T10:00:01Z"), snapshot_at("1970-01-01T00:00:00Z")};
    const auto list = snapshot_list(shop_policy(), world);
    CHECK_FALSE(list.snapshots[0].created_at);
    CHECK(list.snapshots[1].created_at == at("2026-11-20T10:00:01Z"));
    CHECK_FALSE(list.snapshots[1].age);
}

TEST_CASE("a store that could not be looked into is told", "[plan][snapshots]") {
    auto policy = shop_policy();
    policy.stores["cloud"].s3.emplace();
    auto world = three_days();
    world.stores.push_back({"cloud", "s3://bucket", std::nullopt, {}});
    world.stores.front().trouble = Trouble{"io", "it does not answer", "mount it"};
    const auto list = snapshot_list(policy, world);
    REQUIRE(list.findings.size() == 2);
    CHECK(list.findings[0].code == "io");
    CHECK(list.findings[0].next == "mount it");
    CHECK(list.findings[1].code == "not_available");
    CHECK(list.findings[1].verdict == Verdict::unchecked);
}

TEST_CASE("a list is narrowed to targets, a store, and what is proven", "[plan][snapshots]") {
    auto world = three_days();
    world.snapshots[0].proven_at.reset();
    world.snapshots[1].state = SnapshotState::foreign;
    world.snapshots.push_back(named("acme", "tenants/acme", "2026-11-20T00:00:00Z"));
    world.snapshots.push_back(named("other", "tenants2", "2026-11-20T00:00:00Z"));
    world.snapshots.back().store = "far";
    const auto left = [&](const ListFilter& filter) {
        auto list = snapshot_list(shop_policy(), world);
        narrow(list, filter);
        return ids(list);
    };
    CHECK(left({}).size() == 5);
    CHECK(left({{"tenants"}, "", false}) == std::vector<std::string>{"acme"});
    CHECK(left({{"tenants/acme", "tenants2"}, "", false}).size() == 2);
    CHECK(left({{}, "far", false}) == std::vector<std::string>{"other"});
    CHECK(left({{"shop"}, "", true}) ==
          std::vector<std::string>{"shop/shop-2026-11-19T08:00:00Z.sqlite"});
}

TEST_CASE("what may be of one target: its own, foreign ones of its volume, and what tells none",
          "[plan][snapshots][VV-06]") {
    auto world = three_days();
    world.snapshots.resize(1);
    for (const auto* volume : {"vol_1", "vol_2"}) {
        world.snapshots.push_back(named(volume, "", "2026-11-20T00:00:00Z"));
        world.snapshots.back().state = SnapshotState::foreign;
        world.snapshots.back().volume_id = volume;
    }
    for (const auto* key : {"shop/unreadable", "depot/unreadable"}) {
        world.snapshots.push_back(named(key, "", "1970-01-01T00:00:00Z"));
        world.snapshots.back().state = SnapshotState::broken;
    }
    world.snapshots.push_back(named("depot", "depot", "2026-11-20T00:00:00Z"));
    auto list = snapshot_list(shop_policy(), world);
    narrow(list, world.targets.front());
    CHECK(ids(list) == std::vector<std::string>{"shop/shop-2026-11-18T08:00:00Z.sqlite",
                                                "shop/unreadable", "vol_1"});
}

}  // namespace muster
