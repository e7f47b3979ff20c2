#include "engine/plan/standings.h"

#include <algorithm>

namespace muster {
namespace {

Duration proof_life(const Policy& policy, const TargetFacts& target, const std::string& store) {
    for (const auto& [name, protect] : policy.protect)
        if (std::ranges::find(protect.targets, target.spec) != protect.targets.end() &&
            std::ranges::find(protect.stores, store) != protect.stores.end())
            return protect.proof_expires;
    return ProtectSpec{}.proof_expires;
}

void note_snapshots(Standing& standing, const Observation& world, const TargetFacts& target) {
    for (const auto& snapshot : world.snapshots) {
        if (snapshot.target != target.id || snapshot.state != SnapshotState::complete ||
            snapshot.known_bad)
            continue;
        if (snapshot.created_at > world.now) continue;
        ++standing.snapshots;
        if (!standing.newest || standing.newest->created_at < snapshot.created_at)
            standing.newest = {snapshot.store, snapshot.path, snapshot.created_at, snapshot.bytes,
                               snapshot.checksum};
    }
}

/// The proof of the newest proven snapshot; its age is what the RPO is measured by.
std::optional<Time> note_proof(Standing& standing, const Policy& policy, const Observation& world,
                               const TargetFacts& target) {
    const SnapshotFacts* best = nullptr;
    for (const auto& snapshot : world.snapshots) {
        if (snapshot.target != target.id || !snapshot.proven_at || snapshot.known_bad ||
            snapshot.created_at > world.now)
            continue;
        if (snapshot.state != SnapshotState::complete) continue;
        if (best == nullptr || best->created_at < snapshot.created_at) best = &snapshot;
    }
    if (best == nullptr) return std::nullopt;
    const auto life =
        std::chrono::floor<std::chrono::seconds>(proof_life(policy, target, best->store));
    standing.proof = Proof{best->store,
                           best->key,
                           best->path,
                           best->checksum,
                           Depth::full,
                           *best->proven_at,
                           *best->proven_at + life};
    return best->created_at;
}

void note_drill(Standing& standing, const Policy& policy, const Observation& world,
                const TargetFacts& target) {
    const bool has_drill = std::ranges::any_of(policy.drills, [&](const auto& each) {
        return std::ranges::find(each.second.targets, target.spec) != each.second.targets.end();
    });
    const DrillFacts* last = nullptr;
    for (const auto& drill : world.drills)
        if (drill.target == target.id && (last == nullptr || last->at < drill.at)) last = &drill;
    if (last != nullptr) standing.last_drill = last->at;
    if (target.trouble) {
        standing.coverage = Coverage::skipped;
        standing.reason = target.trouble->message;
    } else if (last == nullptr) {
        standing.coverage = Coverage::never;
        standing.reason =
            has_drill ? "its drill has not run yet" : "no drill in the policy names it";
    } else if (!last->passed) {
        standing.coverage = Coverage::overdue;
        standing.reason = "the last drill failed";
    } else {
        standing.coverage = Coverage::drilled;
    }
    const auto& spec = policy.targets.at(target.spec);
    if (!spec.rto) return;
    standing.rto = Objective{*spec.rto, std::nullopt, false};
    // A rehearsal that failed for another reason than its time measures nothing.
    if (last == nullptr || (!last->passed && last->restore_took <= *spec.rto)) return;
    standing.rto->measured = last->restore_took;
    standing.rto->met = last->passed && last->restore_took <= *spec.rto;
}

}  // namespace

Population standings_of(const Policy& policy, const Observation& observation) {
    Population out;
    for (const auto& target : observation.targets) {
        Standing standing;
        standing.target = target.id;
        standing.path = target.path;
        note_snapshots(standing, observation, target);
        const auto proven = note_proof(standing, policy, observation, target);
        if (const auto& rpo = policy.targets.at(target.spec).rpo) {
            standing.rpo = Objective{*rpo, std::nullopt, false};
            if (proven) {
                standing.rpo->measured = observation.now - *proven;
                standing.rpo->met = *standing.rpo->measured <= *rpo;
            }
        }
        note_drill(standing, policy, observation, target);
        out.targets.push_back(std::move(standing));
    }
    std::ranges::sort(out.targets, {}, &Standing::target);
    return out;
}

}  // namespace muster
