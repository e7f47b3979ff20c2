// A policy and what could be observed for it, to start a test of the planner from.
#pragma once

#include "engine/model/observation.h"
#include "engine/model/policy.h"

namespace muster::test {

inline Time at(const std::string& text) {
    return *TextForm<Time>::parse(text);
}
inline Sha256 digest(const std::string& seed) {
    return sha256_of(seed);
}

/// One target "shop" in one store "near", rpo 24h, rto 5m, a smoke drill.
inline Policy shop_policy() {
    Policy policy;
    policy.name = "shop-policy";
    policy.stores["near"].local = "backups";
    auto& target = policy.targets["shop"];
    target.sqlite = "shop.db";
    target.rpo = std::chrono::hours{24};
    target.rto = std::chrono::minutes{5};
    auto& protect = policy.protect["nightly"];
    protect.targets.names = {"shop"};
    protect.stores = {"near"};
    policy.drills["smoke"].scenario = Scenario::restore_smoke;
    policy.drills["smoke"].targets.names = {"shop"};
    return policy;
}

inline SnapshotFacts snapshot_at(const std::string& time, bool proven = true) {
    SnapshotFacts facts;
    facts.target = "shop";
    facts.store = "near";
    facts.key = "shop/shop-" + time + ".sqlite";
    facts.path = "/srv/backups/" + facts.key;
    facts.created_at = at(time);
    facts.bytes = Bytes{4096};
    facts.checksum = digest(facts.key);
    if (proven) facts.proven_at = facts.created_at;
    return facts;
}

inline Observation shop_world(const std::string& now = "2026-11-20T10:00:00Z") {
    Observation world;
    world.now = at(now);
    world.policy_hash = digest("policy");
    TargetFacts target;
    target.id = target.spec = "shop";
    target.path = "/srv/shop.db";
    target.device = 1;
    target.inode = 42;
    target.bytes = Bytes{4096};
    world.targets.push_back(target);
    world.stores.push_back({"near", "/srv/backups", std::nullopt, Bytes{1 << 30}});
    return world;
}

}  // namespace muster::test
