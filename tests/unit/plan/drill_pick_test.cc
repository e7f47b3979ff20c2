#include "engine/plan/drill_pick.h"

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include <set>

#include "tests/support/world.h"

namespace muster {

using namespace test;

namespace {

struct History {
    Observation world;
    Time now = at("2026-11-20T00:00:00Z");

    History() {
        for (int day = 1; day <= 19; ++day) {
            auto snapshot = snapshot_at(fmt::format("2026-11-{:02}T00:00:00Z", day));
            snapshot.target = "shop";
            snapshot.key = fmt::format("day-{:02}", day);
            world.snapshots.push_back(snapshot);
        }
    }
    std::string pick(const PickSpec& from, std::uint64_t seed = 0) const {
        const SnapshotIndex index{world};
        const auto* picked = pick_for_drill(index, "shop", from, now, seed);
        return picked == nullptr ? "" : picked->key;
    }
};

}  // namespace

TEST_CASE("a rehearsal restores the newest snapshot that fits", "[plan][drills]") {
    History history;
    PickSpec from;
    CHECK(history.pick(from) == "day-19");
    from.before = at("2026-11-10T00:00:00Z");
    CHECK(history.pick(from) == "day-09");
    from = {};
    from.older_than = std::chrono::hours{48};
    CHECK(history.pick(from) == "day-17");
    from = {};
    from.id = "day-03";
    CHECK(history.pick(from) == "day-03");
    from = {};
    from.store = "offsite";
    CHECK(history.pick(from).empty());
    from = {};
    history.world.snapshots.back().known_bad = true;
    CHECK(history.pick(from) == "day-18");
    history.world.snapshots[17].state = SnapshotState::unfinished;
    CHECK(history.pick(from) == "day-17");
    history.now = at("2026-11-05T12:00:00Z");  // the others lie in the future
    CHECK(history.pick(from) == "day-05");
}

TEST_CASE("chance draws from the window, and the same seed draws the same", "[plan][drills]") {
    const History history;
    PickSpec from;
    from.pick = Pick::random_within;
    from.window = std::chrono::hours{24 * 5};
    std::set<std::string> drawn;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        drawn.insert(history.pick(from, seed));
        CHECK(history.pick(from, seed) == history.pick(from, seed));
    }
    CHECK(drawn == std::set<std::string>{"day-15", "day-16", "day-17", "day-18", "day-19"});
    CHECK(drill_seed("d", "shop", history.now) == drill_seed("d", "shop", history.now));
    CHECK(drill_seed("d", "shop", history.now) !=
          drill_seed("d", "shop", history.now + std::chrono::seconds{1}));
    CHECK(drill_seed("d", "shop", history.now) < std::uint64_t{1} << 48U);
}

}  // namespace muster
