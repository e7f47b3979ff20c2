// Random policies and worlds: a plan is a pure function of them, and carrying it out leaves nothing
// to do.
#include "engine/plan/make_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <set>

#include "engine/plan/after.h"
#include "tests/support/world.h"

namespace muster {

using namespace test;

namespace {

class Draw {
public:
    int below(int bound) { return static_cast<int>(random_() % static_cast<unsigned>(bound)); }
    bool one_in(int count) { return below(count) == 0; }
    std::mt19937& engine() { return random_; }

private:
    std::mt19937 random_{20261120};  // NOLINT: the same worlds in every run
};

ScheduleSpec random_schedule(Draw& draw) {
    ScheduleSpec schedule;
    switch (draw.below(4)) {
        case 0: schedule.every = std::chrono::hours{1 + draw.below(100)}; break;
        case 1:
            schedule.cron =
                TextForm<Cron>::parse(fmt::format("{} {} * * *", draw.below(60), draw.below(24)));
            break;
        case 2: schedule.monthly = TextForm<MonthDay>::parse("first business day"); break;
        default: schedule.weekdays = {static_cast<Weekday>(draw.below(7))}; break;
    }
    if (draw.one_in(3)) schedule.jitter = std::chrono::minutes{1 + draw.below(50)};
    if (draw.one_in(4)) schedule.window = TextForm<TimeWindow>::parse("22:00-06:00");
    if (draw.one_in(4)) schedule.catch_up = CatchUp::skip;
    return schedule;
}

Policy random_policy(Draw& draw) {
    Policy policy;
    policy.name = "random";
    for (int i = 0; i <= draw.below(2); ++i) policy.stores["s" + std::to_string(i)].local = "x";
    for (int i = 0; i <= draw.below(4); ++i) {
        const auto name = "t" + std::to_string(i);
        policy.targets[name].sqlite = name + ".db";
        auto& protect = policy.protect["p" + std::to_string(i)];
        protect.targets.names = {name};
        for (const auto& [store, spec] : policy.stores) protect.stores.push_back(store);
        protect.schedule = random_schedule(draw);
        protect.proof_expires = std::chrono::days{1 + draw.below(20)};
        if (draw.one_in(4)) protect.verify = Depth::quick;
        if (draw.one_in(3)) continue;
        auto& keep = protect.keep.emplace();
        if (draw.one_in(2)) keep.last = 1 + draw.below(5);
        if (draw.one_in(2)) keep.daily = 1 + draw.below(9);
        if (draw.one_in(3)) keep.max_age = std::chrono::days{1 + draw.below(30)};
        if (draw.one_in(3))
            keep.max_total = Bytes{static_cast<std::uint64_t>(draw.below(40)) * 1000};
        if (keep == KeepSpec{}) keep.weekly = 2;
    }
    auto& drill = policy.drills["d"];
    drill.scenario = Scenario::restore_smoke;
    drill.targets.names = {"t*"};
    drill.schedule = random_schedule(draw);
    return policy;
}

Observation random_world(Draw& draw, const Policy& policy) {
    Observation world;
    world.now = at("2026-11-20T00:00:00Z") + std::chrono::minutes{draw.below(60 * 24 * 400)};
    for (const auto& [name, store] : policy.stores)
        world.stores.push_back({name, "/" + name, std::nullopt, Bytes{1 << 30}});
    for (const auto& [name, target] : policy.targets) {
        TargetFacts facts;
        facts.id = facts.spec = facts.volume_id = name;
        facts.path = "/" + name + ".db";
        facts.bytes = Bytes{static_cast<std::uint64_t>(1000 + draw.below(9000))};
        world.targets.push_back(facts);
        for (const auto& store : world.stores)
            for (int i = draw.below(12); i > 0; --i) {
                SnapshotFacts snapshot;
                snapshot.target = name;
                snapshot.store = store.name;
                snapshot.key = fmt::format("{}-{}", name, i);
                snapshot.path = store.root + "/" + snapshot.key;
                snapshot.created_at =
                    world.now - std::chrono::minutes{draw.below(60 * 24 * 40) - 600};
                snapshot.bytes = facts.bytes;
                snapshot.checksum = digest(snapshot.path);
                if (draw.one_in(2)) snapshot.proven_at = snapshot.created_at;
                snapshot.known_bad = draw.one_in(9);
                if (draw.one_in(9)) snapshot.pinned = "evidence";
                if (draw.one_in(9)) snapshot.state = SnapshotState::broken;
                world.snapshots.push_back(snapshot);
            }
    }
    return world;
}

/// What a run that succeeds in everything would tell.
Outcomes carry_out(const Plan& plan, const Observation& world) {
    Outcomes out;
    std::map<std::string, SnapshotTaken> taken;
    for (const auto& step : plan.steps) {
        if (step.bucket != Bucket::planned) continue;
        Outcome outcome;
        outcome.step = step.id;
        outcome.kind = kind_of(step.action);
        outcome.target = step.target;
        outcome.finished_at = world.now;
        if (const auto* snapshot = std::get_if<SnapshotStep>(&step.action)) {
            SnapshotTaken it{snapshot->place.store,
                             step.id + "-new",
                             snapshot->place.root + "/" + step.id + "-new",
                             {}};
            it.manifest.created_at = world.now;
            it.manifest.bytes_written = step.bytes;
            it.manifest.checksum_sha256 = digest(it.path);
            outcome.snapshot = taken[step.id] = it;
        } else if (const auto* verify = std::get_if<VerifyStep>(&step.action)) {
            const bool fresh = !verify->taken_by.empty();
            outcome.checked =
                fresh ? taken.at(verify->taken_by).path : verify->root + "/" + verify->key;
            if (verify->depth >= Depth::full)
                outcome.proof = Proof{verify->store,
                                      verify->key,
                                      outcome.checked,
                                      digest(outcome.checked),
                                      verify->depth,
                                      world.now,
                                      world.now + std::chrono::days{1}};
        } else if (const auto* prune = std::get_if<PruneStep>(&step.action)) {
            outcome.removed = prune->root + "/" + prune->key;
        } else if (const auto* drill = std::get_if<DrillStep>(&step.action)) {
            outcome.drilled.emplace().drill = drill->drill;
            outcome.drilled->passed = true;
        }
        out.push_back(std::move(outcome));
    }
    return out;
}

template <class Law>
void for_many_worlds(Law law) {
    Draw draw;
    for (int round = 0; round < 80; ++round) {
        const auto policy = random_policy(draw);
        const auto world = random_world(draw, policy);
        INFO("round " << round);
        law(draw, policy, world);
    }
}

Plan plan_of(const Policy& policy, const Observation& world, const Selection& selection = {}) {
    return make_plan(policy, world, selection, "0.1.0");
}

}  // namespace

TEST_CASE("the same policy and observation give the same plan, in whatever order facts come",
          "[property][plan]") {
    for_many_worlds([](Draw& draw, const Policy& policy, const Observation& world) {
        const auto plan = plan_of(policy, world);
        REQUIRE(plan == plan_of(policy, world));
        auto shuffled = world;
        std::ranges::shuffle(shuffled.snapshots, draw.engine());
        auto other = plan_of(policy, shuffled);
        const auto by_id = [](const Step& a, const Step& b) { return a.id < b.id; };
        auto sorted = plan;
        std::ranges::sort(sorted.steps, by_id);
        std::ranges::sort(other.steps, by_id);
        REQUIRE(sorted.steps == other.steps);
        REQUIRE(plan.serial == other.serial);
    });
}

TEST_CASE("a plan that was carried out leaves nothing to plan", "[property][plan]") {
    for_many_worlds([](Draw&, const Policy& policy, const Observation& world) {
        const auto plan = plan_of(policy, world);
        const auto then = after(world, carry_out(plan, world), world.now);
        const auto again = plan_of(policy, then);
        for (const auto& step : again.steps)
            FAIL(step.id << ": " << step.reason.text << " at " << format_time(world.now));
    });
}

TEST_CASE("no plan prunes a pin, the newest proven snapshot, or what nobody may judge",
          "[property][plan]") {
    for_many_worlds([](Draw&, const Policy& policy, const Observation& world) {
        std::map<std::pair<std::string, std::string>, const SnapshotFacts*> newest;
        for (const auto& snapshot : world.snapshots) {
            const bool counts = snapshot.state == SnapshotState::complete && !snapshot.known_bad &&
                                snapshot.proven_at && snapshot.created_at <= world.now;
            auto& best = newest[{snapshot.target, snapshot.store}];
            if (counts && (best == nullptr || best->created_at < snapshot.created_at))
                best = &snapshot;
        }
        std::set<std::string> taken;
        const auto plan = plan_of(policy, world);
        for (const auto& step : plan.steps)
            if (std::holds_alternative<SnapshotStep>(step.action)) taken.insert(step.id);
        for (const auto& step : plan.steps) {
            const auto* prune = std::get_if<PruneStep>(&step.action);
            if (prune == nullptr) continue;
            const auto path = prune->root + "/" + prune->key;
            const auto facts = std::ranges::find(world.snapshots, path, &SnapshotFacts::path);
            REQUIRE(facts != world.snapshots.end());
            CHECK_FALSE(facts->pinned);
            CHECK(facts->state == SnapshotState::complete);
            CHECK_FALSE(facts->known_bad);
            // Only a newer one that is proven before it goes may take its place.
            if (newest[{facts->target, facts->store}] == &*facts)
                CHECK(std::ranges::any_of(step.needs, [&](const auto& need) {
                    return need.starts_with(
                        fmt::format("verify:{}:{}", facts->target, facts->store));
                }));
        }
    });
}

TEST_CASE("shards part the work: each step stands in exactly one", "[property][plan]") {
    for_many_worlds([](Draw& draw, const Policy& policy, const Observation& world) {
        const int count = 1 + draw.below(5);
        std::multiset<std::string> parts, whole;
        for (const auto& step : plan_of(policy, world).steps) whole.insert(step.id);
        for (int i = 1; i <= count; ++i) {
            Selection selection;
            selection.shard = Shard{i, count};
            for (const auto& step : plan_of(policy, world, selection).steps) parts.insert(step.id);
        }
        REQUIRE(parts == whole);
    });
}

}  // namespace muster
