#include <catch2/catch.hpp>

#include "engine/plan/make_plan.h"
#include "tests/support/world.h"

namespace muster {

using namespace test;

TEST_CASE("a pin makes a plan stale, and its words do not", "[plan][serial][pin]") {
    auto world = shop_world();
    world.snapshots = {snapshot_at("2026-11-19T12:00:00Z")};
    const auto serial = [&] { return make_plan(shop_policy(), world, {}, "0.1.0").serial; };
    const auto before = serial();
    world.snapshots[0].pinned = "evidence";
    const auto pinned = serial();
    CHECK(pinned != before);
    world.snapshots[0].pinned = "evidence of the audit";
    CHECK(serial() == pinned);
    world.snapshots[0].pinned.reset();
    CHECK(serial() == before);
}

}  // namespace muster
