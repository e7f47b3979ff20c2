#include "engine/plan/after.h"

#include <algorithm>

namespace muster {
namespace {

void note_snapshot(Observation& world, const Outcome& outcome) {
    const auto& taken = *outcome.snapshot;
    SnapshotFacts facts;
    facts.target = outcome.target;
    facts.store = taken.store;
    facts.key = taken.key;
    facts.path = taken.path;
    facts.created_at = taken.manifest.created_at;
    facts.bytes = taken.manifest.bytes_written;
    facts.checksum = taken.manifest.checksum_sha256;
    world.snapshots.push_back(std::move(facts));
}

void note_verification(Observation& world, const Outcome& outcome) {
    for (auto& snapshot : world.snapshots) {
        if (snapshot.path != outcome.checked) continue;
        const auto target = std::ranges::find(world.targets, snapshot.target, &TargetFacts::id);
        if (target != world.targets.end() && target->questions != outcome.questions) continue;
        if (outcome.proof && outcome.proof->checksum == snapshot.checksum)
            snapshot.proven_at = outcome.proof->proven_at;
        snapshot.known_bad = std::ranges::any_of(outcome.findings, fails);
    }
}

void note_drill(Observation& world, const Outcome& outcome) {
    const auto& drilled = *outcome.drilled;
    std::erase_if(world.drills, [&](const auto& each) {
        return each.drill == drilled.drill && each.target == outcome.target;
    });
    world.drills.push_back(
        {drilled.drill, outcome.target, outcome.finished_at, drilled.passed, drilled.restore_took});
}

void note_backup_result(Observation& world, const Outcome& outcome) {
    std::erase(world.failed_last_backup, outcome.target);
    if (outcome.status != Status::done && outcome.status != Status::bad)
        world.failed_last_backup.push_back(outcome.target);
}

}  // namespace

void learn(Observation& world, const Outcomes& outcomes) {
    for (const auto& outcome : outcomes) {
        if (outcome.kind == "snapshot") note_backup_result(world, outcome);
        if (!outcome.checked.empty()) note_verification(world, outcome);
        if (outcome.drilled) note_drill(world, outcome);
    }
}

Observation after(Observation before, const Outcomes& outcomes, Time now) {
    Observation world = std::move(before);
    world.now = now;
    for (const auto& outcome : outcomes) {
        if (outcome.snapshot) note_snapshot(world, outcome);
        if (!outcome.removed.empty())
            std::erase_if(world.snapshots,
                          [&](const auto& each) { return each.path == outcome.removed; });
    }
    learn(world, outcomes);
    return world;
}

}  // namespace muster
