#include "engine/plan/retention.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>
#include <set>

#include "tests/support/world.h"

namespace muster {

using namespace test;

namespace {

std::vector<SnapshotFacts> random_history(std::mt19937& random, Time now) {
    const auto draw = [&](int below) {
        return static_cast<int>(random() % static_cast<unsigned>(below));
    };
    std::vector<SnapshotFacts> out;
    const int count = draw(40);
    for (int i = 0; i < count; ++i) {
        auto facts = snapshot_at("2026-11-20T00:00:00Z", draw(3) != 0);
        facts.created_at = now - std::chrono::minutes{draw(60 * 24 * 20)} +
                           std::chrono::minutes{draw(10) == 0 ? 60 * 24 : 0};
        facts.key = "s" + std::to_string(i);
        facts.known_bad = draw(8) == 0;
        if (draw(10) == 0)
            facts.state = draw(2) == 0 ? SnapshotState::broken : SnapshotState::unfinished;
        out.push_back(facts);
    }
    return out;
}

bool counts(const SnapshotFacts& facts, Time now) {
    return facts.state == SnapshotState::complete && !facts.known_bad && facts.proven_at &&
           facts.created_at <= now;
}

}  // namespace

TEST_CASE(
    "no history and no keep rules ever lose the newest proven, or anything that is not proven",
    "[property][retention]") {
    std::mt19937 random{20261120};  // NOLINT: the same histories in every run
    const Time now = at("2026-11-20T10:00:00Z");
    for (int round = 0; round < 2000; ++round) {
        const auto history = random_history(random, now);
        KeepSpec keep;
        if (random() % 2 == 0) keep.last = static_cast<int>(random() % 10 + 1);
        if (random() % 2 == 0 || !keep.last) keep.daily = static_cast<int>(random() % 10 + 1);
        const auto all = retain(keep, history, now, true);
        REQUIRE(all.size() == history.size());

        const SnapshotFacts* newest = nullptr;
        for (const auto& each : history)
            if (counts(each, now) && (newest == nullptr || newest->created_at < each.created_at))
                newest = &each;
        for (const auto& each : all)
            if (!counts(each.snapshot, now)) REQUIRE_FALSE(each.reasons.empty());
        if (newest != nullptr)
            REQUIRE(std::ranges::any_of(all, [&](const auto& each) {
                return counts(each.snapshot, now) &&
                       each.snapshot.created_at == newest->created_at && !each.reasons.empty();
            }));

        // A wider rule never keeps less.
        auto wider = keep;
        if (wider.last) ++*wider.last;
        if (wider.daily) ++*wider.daily;
        std::set<std::string> kept_wide;
        for (const auto& each : retain(wider, history, now, true))
            if (!each.reasons.empty()) kept_wide.insert(each.snapshot.key);
        for (const auto& each : all)
            if (!each.reasons.empty()) REQUIRE(kept_wide.contains(each.snapshot.key));
    }
}

}  // namespace muster
