#include "engine/plan/standings.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "engine/plan/covering_protect.h"
#include "engine/plan/outlook.h"
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

using DrillsByTarget = std::unordered_map<std::string_view, std::vector<const DrillFacts*>>;

DrillsByTarget drills_by_target(const Observation& world) {
    DrillsByTarget out;
    for (const auto& drill : world.drills) out[drill.target].push_back(&drill);
    return out;
}

/// A rehearsal that failed for another reason than its time measures nothing, and neither does one
/// that restores nothing.
bool measures(const DrillFacts& drill, Duration objective) {
    return drill.restore_took > Duration::zero() &&
           (drill.passed || drill.restore_took > objective);
}

/// The newest of those that failed and were not held again since: one that passes hides no other.
const DrillFacts* failed_drill(const std::vector<const DrillFacts*>& drills) {
    const DrillFacts* out = nullptr;
    for (const auto* drill : drills)
        if (!drill->passed && (out == nullptr || out->at < drill->at)) out = drill;
    return out;
}

/// The slowest of what each drill measured last: it may be the one that is needed.
void note_rto(Standing& standing, const std::vector<const DrillFacts*>& drills,
              Duration objective) {
    for (const auto* drill : drills)
        if (measures(*drill, objective))
            standing.rto->measured =
                std::max(standing.rto->measured.value_or(Duration::zero()), drill->restore_took);
    standing.rto->met = standing.rto->measured && *standing.rto->measured <= objective;
}

/// Each drill by itself: one that restores from far away says nothing of one that restores from
/// near by. Told is what misses the objective first, else what takes longest.
void note_outlook(Standing& standing, const std::vector<const DrillFacts*>& drills, Time now) {
    const auto objective = standing.rto->objective;
    const auto is_worse = [](const Outlook& one, const Outlook& other) {
        const auto misses = [](const Outlook& each) {
            return each.misses_at.value_or(Time::max());
        };
        return misses(one) != misses(other) ? misses(one) < misses(other)
                                            : one.expected > other.expected;
    };
    for (const auto* drill : drills) {
        auto measured = drill->history;
        if (!drill->passed && measures(*drill, objective))
            measured.push_back({drill->at, drill->restore_took, {}});
        auto outlook = outlook_of(measured, objective, now);
        if (outlook && (!standing.outlook || is_worse(*outlook, *standing.outlook)))
            standing.outlook = std::move(outlook);
    }
    // What another drill has just missed does not hold.
    if (standing.rto->measured && !standing.rto->met && standing.outlook &&
        !standing.outlook->misses_at)
        standing.outlook.reset();
}

void note_drill(Standing& standing, const Policy& policy, const DrillsByTarget& drills,
                const TargetFacts& target, Time now) {
    const auto kind = kind_of(policy.targets.at(target.spec));
    const auto selects_it = [&](const DrillSpec& drill) {
        return drill.targets != TargetSelector{} &&
               selects(drill.targets, target.spec, target.id, kind);
    };
    const bool has_drill = std::ranges::any_of(
        policy.drills, [&](const auto& each) { return selects_it(each.second); });
    // What the policy no longer asks for cannot be put right any more.
    std::vector<const DrillFacts*> held;
    if (const auto found = drills.find(target.id); found != drills.end())
        for (const auto* each : found->second)
            if (const auto drill = policy.drills.find(each->drill);
                drill != policy.drills.end() && selects_it(drill->second))
                held.push_back(each);
    const DrillFacts* last =
        held.empty() ? nullptr : *std::ranges::max_element(held, {}, &DrillFacts::at);
    if (last != nullptr) standing.last_drill = last->at;
    if (target.trouble) {
        standing.coverage = Coverage::skipped;
        standing.reason = target.trouble->message;
    } else if (last == nullptr) {
        standing.coverage = Coverage::never;
        standing.reason =
            has_drill ? "its drill has not run yet" : "no drill in the policy names it";
    } else if (const auto* failed = failed_drill(held)) {
        standing.coverage = Coverage::overdue;
        standing.reason = fmt::format("the drill {} failed", failed->drill);
    } else if (std::ranges::none_of(
                   held, [](const auto* each) { return each->restore_took > Duration::zero(); })) {
        standing.coverage = Coverage::never;
        standing.reason = "no drill has restored it yet";
    } else {
        standing.coverage = Coverage::drilled;
    }
    const auto& spec = policy.targets.at(target.spec);
    if (!spec.rto) return;
    standing.rto = Objective{*spec.rto, std::nullopt, false};
    if (last == nullptr) return;
    note_rto(standing, held, *spec.rto);
    note_outlook(standing, held, now);
}

}  // namespace

Population standings_of(const Policy& policy, const Observation& observation) {
    Population out;
    const SnapshotIndex index{observation};
    const auto drills = drills_by_target(observation);
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
        note_drill(standing, policy, drills, target, observation.now);
        out.targets.push_back(std::move(standing));
    }
    std::ranges::sort(out.targets, {}, &Standing::target);
    return out;
}

}  // namespace muster
