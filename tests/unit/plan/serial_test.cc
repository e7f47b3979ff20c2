#include "engine/plan/serial.h"

#include <catch2/catch.hpp>

#include "tests/support/world.h"

namespace muster {

using namespace test;

namespace {
std::vector<Assumption> facts(const Observation& world) {
    const auto policy = shop_policy();
    const Selection everything;
    return assumptions_of(policy, PlanDraft{policy, world, everything});
}
}  // namespace

TEST_CASE("time and growth do not make a plan stale", "[plan][serial]") {
    auto later = shop_world();
    const auto serial = serial_of(facts(later));
    later.now += std::chrono::hours{5};
    later.targets[0].bytes = Bytes{1 << 20};
    later.stores[0].free = Bytes{1};
    CHECK(serial_of(facts(later)) == serial);
    CHECK(differences(facts(shop_world()), facts(later)).empty());
}

TEST_CASE(
    "another file, another policy or another set of snapshots do, and the difference is named",
    "[plan][serial]") {
    auto changed = shop_world();
    std::string named;
    SECTION("the database was replaced") {
        changed.targets[0].inode = 43;
        named =
            "target shop was /srv/shop.db (device 1, inode 42), is /srv/shop.db (device 1, inode 43)";
    }
    SECTION("the policy was changed") {
        changed.policy_hash = digest("another");
        named = "policy was ";
    }
    SECTION("a snapshot came") {
        changed.snapshots.push_back(snapshot_at("2026-11-19T00:00:00Z"));
        named = "snapshots of shop in near was 0 snapshots";
    }
    const auto difference = differences(facts(shop_world()), facts(changed));
    REQUIRE(difference.size() == 1);
    CHECK(difference[0].starts_with(named));
    CHECK(serial_of(facts(shop_world())) != serial_of(facts(changed)));
}

TEST_CASE("what is gone and what is new is named too", "[plan][serial]") {
    CHECK(differences({{"a", "1"}}, {{"b", "2"}}) ==
          std::vector<std::string>{"a is gone (was 1)", "b is new (2)"});
}

}  // namespace muster
