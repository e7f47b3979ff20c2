#include "engine/plan/after.h"

#include <catch2/catch.hpp>

#include "tests/support/world.h"

namespace muster {

using namespace test;

namespace {

Outcome verified(const SnapshotFacts& snapshot, bool good) {
    Outcome outcome;
    outcome.kind = "verify";
    outcome.target = snapshot.target;
    outcome.checked = snapshot.path;
    if (good)
        outcome.proof = Proof{snapshot.store,
                              snapshot.key,
                              snapshot.path,
                              snapshot.checksum,
                              Depth::full,
                              at("2026-11-20T10:00:00Z"),
                              at("2026-11-27T10:00:00Z")};
    else
        outcome.findings = {
            {"integrity", Severity::error, Verdict::bad, snapshot.path, "damaged", "", "", "", ""}};
    return outcome;
}

Outcome rehearsed_at(Time time, bool passed, Duration took) {
    Outcome outcome;
    outcome.kind = "drill";
    outcome.target = "shop";
    outcome.finished_at = time;
    outcome.drilled.emplace();
    outcome.drilled->drill = "smoke";
    outcome.drilled->passed = passed;
    outcome.drilled->restore_took = took;
    outcome.drilled->restored_bytes = Bytes{4096};
    return outcome;
}

}  // namespace

TEST_CASE("a verification proves or condemns the snapshot it read, the later one counts",
          "[plan][after]") {
    auto world = shop_world();
    world.snapshots = {snapshot_at("2026-11-19T00:00:00Z", false)};
    learn(world, {verified(world.snapshots[0], true)});
    CHECK(world.snapshots[0].proven_at == at("2026-11-20T10:00:00Z"));
    CHECK_FALSE(world.snapshots[0].known_bad);
    learn(world, {verified(world.snapshots[0], false)});
    CHECK(world.snapshots[0].known_bad);
}

TEST_CASE("a proof of other bytes under the same name proves nothing", "[plan][after]") {
    auto world = shop_world();
    world.snapshots = {snapshot_at("2026-11-19T00:00:00Z", false)};
    auto outcome = verified(world.snapshots[0], true);
    outcome.proof->checksum = digest("other bytes");
    learn(world, {outcome});
    CHECK_FALSE(world.snapshots[0].proven_at);
}

TEST_CASE("snapshots that were taken and removed come and go", "[plan][after]") {
    auto world = shop_world();
    world.snapshots = {snapshot_at("2026-11-19T00:00:00Z")};
    Outcome removed;
    removed.kind = "prune";
    removed.removed = world.snapshots[0].path;
    Outcome taken;
    taken.kind = "snapshot";
    taken.target = "shop";
    taken.snapshot = SnapshotTaken{"near", "shop/new.sqlite", "/srv/backups/shop/new.sqlite", {}};
    taken.snapshot->manifest.created_at = at("2026-11-20T10:00:00Z");
    const auto now = after(world, {taken, removed}, at("2026-11-20T10:00:05Z"));
    REQUIRE(now.snapshots.size() == 1);
    CHECK(now.snapshots[0].key == "shop/new.sqlite");
    CHECK(now.now == at("2026-11-20T10:00:05Z"));
}

TEST_CASE("the last backup counts as failed until one succeeds", "[plan][after]") {
    auto world = shop_world();
    Outcome backup;
    backup.kind = "snapshot";
    backup.target = "shop";
    backup.status = Status::failed;
    learn(world, {backup});
    CHECK(world.failed_last_backup == std::vector<std::string>{"shop"});
    backup.trouble = Trouble{"lease_held", "another run works on it", ""};
    learn(world, {backup});
    CHECK(world.failed_last_backup.size() == 1);  // nor does one that was kept out make good for it
    backup.status = Status::done;
    backup.trouble.reset();
    learn(world, {backup});
    CHECK(world.failed_last_backup.empty());
    backup.status = Status::failed;
    backup.trouble = Trouble{"lease_held", "another run works on it", ""};
    learn(world, {backup});
    CHECK(world.failed_last_backup.empty());
}

TEST_CASE("of rehearsals that passed and restored, the newest twenty are kept", "[plan][after]") {
    auto world = shop_world();
    const auto start = at("2026-10-01T00:00:00Z");
    const Duration second{1'000};
    for (int day = 0; day < 25; ++day)
        learn(world, {rehearsed_at(start + std::chrono::days{day}, true, (day + 1) * second)});
    REQUIRE(world.drills.size() == 1);
    const auto& facts = world.drills[0];
    REQUIRE(facts.history.size() == 20);
    CHECK(facts.history.front() ==
          RestoreMeasured{start + std::chrono::days{5}, 6 * second, Bytes{4096}});
    CHECK(facts.history.back().took == 25 * second);
    const auto before = facts.history;
    const auto later = start + std::chrono::days{30};
    learn(world, {rehearsed_at(later, false, 9 * second), rehearsed_at(later, true, {})});
    CHECK(facts.history == before);
    CHECK(facts.at == later);
    auto other = rehearsed_at(later, true, second);
    other.target = "till";
    learn(world, {other});
    CHECK(world.drills.size() == 2);
    CHECK(world.drills[0].history == before);
    CHECK(world.drills[1].history.size() == 1);
}

}  // namespace muster
