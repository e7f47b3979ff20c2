#include "engine/plan/standings.h"

#include <algorithm>
#include <unordered_map>

#include "engine/plan/covering_protect.h"
#include "engine/plan/selector.h"
#include "engine/plan/snapshot_index.h"

namespace muster {
namespace {

bool is_usable(const SnapshotFacts& snapshot, Time now) {
    return snapshot.state == SnapshotState::complete && !snapshot.known_bad &&
           snapshot.created_at <= now;
}

void note_snapshots(Standing& standing, const SnapshotIndex& index, Time now) {
    for (const auto* group : index.of(standing.target))
        for (const auto* snapshot : *group) {
            if (!is_usable(*snapshot, now)) continue;
            ++standing.snapshots;
            if (!standing.newest || standing.newest->created_at < snapshot->created_at)
                standing.newest = {snapshot->store, snapshot->path, snapshot->created_at,
                                   snapshot->bytes, snapshot->checksum};
        }
}

/// The proof of the newest proven snapshot; its age is what the RPO is measured by.
std::optional<Time> note_proof(Standing& standing, const Policy& policy, const SnapshotIndex& index,
                               const TargetFacts& target, Time now) {
    const SnapshotFacts* best = nullptr;
    for (const auto* group : index.of(target.id))
        for (const auto* snapshot : *group)
            if (is_usable(*snapshot, now) && snapshot->proven_at &&
                (best == nullptr || best->created_at < snapshot->created_at))
                best = snapshot;
    if (best == nullptr) return std::nullopt;
    const auto life =
        std::chrono::floor<std::chrono::seconds>(proof_life(policy, &target, best->store));
    standing.proof = Proof{best->store,
                           best->key,
                           best->path,
                           best->checksum,
                           Depth::full,
                           *best->proven_at,
                           *best->proven_at + life};
    return best->created_at;
}

using LastDrills = std::unordered_map<std::string_view, const DrillFacts*>;

LastDrills last_drills(const Observation& world) {
    LastDrills out;
    for (const auto& drill : world.drills) {
        auto& last = out[drill.target];
        if (last == nullptr || last->at < drill.at) last = &drill;
    }
    return out;
}

void note_drill(Standing& standing, const Policy& policy, const LastDrills& drills,
                const TargetFacts& target) {
    const auto kind = kind_of(policy.targets.at(target.spec));
    const bool has_drill = std::ranges::any_of(policy.drills, [&](const auto& each) {
        return each.second.targets != TargetSelector{} &&
               selects(each.second.targets, target.spec, target.id, kind);
    });
    const auto found = drills.find(target.id);
    const DrillFacts* last = found == drills.end() ? nullptr : found->second;
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
    const SnapshotIndex index{observation};
    const auto drills = last_drills(observation);
    for (const auto& target : observation.targets) {
        Standing standing;
        standing.target = target.id;
        standing.path = target.path;
        note_snapshots(standing, index, observation.now);
        const auto proven = note_proof(standing, policy, index, target, observation.now);
        if (const auto& rpo = policy.targets.at(target.spec).rpo) {
            standing.rpo = Objective{*rpo, std::nullopt, false};
            if (proven) {
                standing.rpo->measured = observation.now - *proven;
                standing.rpo->met = *standing.rpo->measured <= *rpo;
            }
        }
        note_drill(standing, policy, drills, target);
        out.targets.push_back(std::move(standing));
    }
    std::ranges::sort(out.targets, {}, &Standing::target);
    return out;
}

}  // namespace muster
