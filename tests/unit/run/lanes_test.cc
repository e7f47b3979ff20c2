#include "engine/run/lanes.h"

#include <catch2/catch.hpp>

#include <atomic>
#include <chrono>
#include <future>
#include <thread>

namespace muster {
namespace {

Step step(const std::string& id, const std::string& target, Action action,
          std::uint64_t bytes = 1) {
    Step out;
    out.id = id;
    out.target = target;
    out.bytes = Bytes{bytes};
    out.action = std::move(action);
    return out;
}

SnapshotStep snapshot_of(const std::string& database) {
    SnapshotStep out;
    out.source = database;
    return out;
}

std::vector<std::vector<std::size_t>> steps_of(const Plan& plan) {
    std::vector<std::vector<std::size_t>> out;
    for (const auto& lane : lanes_of(plan)) out.push_back(lane.steps);
    return out;
}

}  // namespace

TEST_CASE("targets go side by side, and the steps of one keep their order", "[run][lanes]") {
    Plan plan;
    plan.steps = {step("snapshot:a", "a", snapshot_of("/a.db"), 5),
                  step("snapshot:b", "b", snapshot_of("/b.db")),
                  step("verify:a", "a", VerifyStep{}, 9), step("verify:b", "b", VerifyStep{})};
    CHECK(steps_of(plan) == std::vector<std::vector<std::size_t>>{{0, 2}, {1, 3}});
    CHECK(lanes_of(plan).front().bytes == Bytes{9});
}

TEST_CASE("what shares a database or a need shares a lane", "[run][lanes]") {
    Plan plan;
    plan.steps = {step("snapshot:a", "a", snapshot_of("/same.db")),
                  step("snapshot:b", "b", snapshot_of("/b.db")),
                  step("snapshot:c", "c", snapshot_of("/x/../same.db")),
                  step("drill", "d", VerifyStep{})};
    CHECK(steps_of(plan) == std::vector<std::vector<std::size_t>>{{0, 2}, {1}, {3}});
    plan.steps[3].needs = {"snapshot:b", "snapshot:c"};
    CHECK(steps_of(plan) == std::vector<std::vector<std::size_t>>{{0, 1, 2, 3}});
}

TEST_CASE("only planned steps are carried out", "[run][lanes]") {
    Plan plan;
    plan.steps = {step("snapshot:a", "a", snapshot_of("/a.db")),
                  step("prune:a", "a", VerifyStep{})};
    plan.steps[0].bucket = Bucket::blocked;
    CHECK(steps_of(plan) == std::vector<std::vector<std::size_t>>{{1}});
}

TEST_CASE("what is as large as the room is alone in it, and is not passed by what came after",
          "[run][lanes]") {
    Room room{Bytes{10}};
    std::atomic<bool> large_in = false, small_in = false;
    std::atomic<bool> in_order = true;
    std::promise<void> entered, leave;
    std::jthread early{[&] {
        const auto stay = room.enter(0, Bytes{4});
        entered.set_value();
        leave.get_future().wait();
    }};
    entered.get_future().wait();
    std::jthread small{[&] {
        const auto stay = room.enter(2, Bytes{4});
        if (!large_in) in_order = false;
        small_in = true;
    }};
    std::jthread large{[&] {
        const auto stay = room.enter(1, Bytes{1000});
        if (small_in) in_order = false;
        large_in = true;
    }};
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
    CHECK_FALSE(large_in);
    CHECK_FALSE(small_in);
    leave.set_value();
    large.join();
    small.join();
    CHECK(small_in);
    CHECK(in_order);
}

}  // namespace muster
