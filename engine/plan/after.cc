#include "engine/plan/after.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "engine/base/error.h"
#include "engine/model/plan.h"
#include "engine/plan/chains.h"

namespace muster {
namespace {

/// Enough for a line through them, and little enough to keep for every target.
constexpr std::size_t most_measured = 20;

/// Of the bytes, not of what they mean.
bool is_damage(const Finding& finding) {
    return fails(finding) && (finding.code == "checksum" || finding.code == "content" ||
                              finding.code == "manifest" || finding.code == "reference");
}

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
    facts.former = taken.told_by;
    world.snapshots.push_back(std::move(facts));
}

/// Finds what outcomes speak of without a walk over the whole world for each of them.
class World {
public:
    explicit World(Observation& observation) : observation_(observation) {
        for (auto& snapshot : observation.snapshots) snapshots_[snapshot.path] = &snapshot;
        for (const auto& target : observation.targets) questions_[target.id] = &target.questions;
    }

    void note_verification(const Outcome& outcome) {
        const auto found = snapshots_.find(outcome.checked);
        if (found == snapshots_.end()) return;
        auto& snapshot = *found->second;
        note_reading(snapshot, outcome);
        const auto target = questions_.find(snapshot.target);
        if (target != questions_.end() && *target->second != outcome.questions) return;
        if (outcome.proof && outcome.proof->checksum == snapshot.checksum)
            snapshot.proven_at = outcome.proof->proven_at;
        const bool bad = std::ranges::any_of(outcome.findings, fails);
        // Good bytes tell nothing of what was found in them.
        if (!bad && !looked_inside(outcome) && !snapshot.damaged) return;
        snapshot.known_bad = bad;
        snapshot.damaged = std::ranges::any_of(outcome.findings, is_damage);
    }

    void note_drill(const Outcome& outcome) {
        const auto& drilled = *outcome.drilled;
        if (drilled.status == DrillStatus::interrupted) return;  // somebody stopped it
        const std::pair key{drilled.drill, outcome.target};
        if (drills_.empty())
            for (std::size_t i = 0; i < observation_.drills.size(); ++i)
                drills_[{observation_.drills[i].drill, observation_.drills[i].target}] = i;
        const auto [known, is_new] = drills_.emplace(key, observation_.drills.size());
        if (is_new) observation_.drills.push_back({drilled.drill, outcome.target, {}, {}, {}, {}});
        auto& facts = observation_.drills[known->second];
        facts.at = outcome.finished_at;
        facts.passed = drilled.passed;
        facts.restore_took = drilled.restore_took;
        if (!drilled.passed) return;
        if (drilled.restore_took > Duration::zero()) {
            if (facts.history.size() == most_measured) facts.history.erase(facts.history.begin());
            facts.history.push_back(
                {outcome.finished_at, drilled.restore_took, drilled.restored_bytes});
        }
        if (!drilled.rows.empty())
            facts.rows = RowsSeen{drilled.backup_time.value_or(outcome.finished_at), drilled.rows};
    }

private:
    static bool looked_inside(const Outcome& outcome) {
        return outcome.proof || std::ranges::find(outcome.findings, "integrity", &Finding::code) !=
                                    outcome.findings.end();
    }
    static void note_reading(SnapshotFacts& snapshot, const Outcome& outcome) {
        for (const auto& finding : outcome.findings)
            if (finding.code == "checksum" && finding.verdict == Verdict::good &&
                finding.actual == snapshot.checksum.hex())
                snapshot.read_at = std::max(snapshot.read_at, outcome.finished_at);
    }

    Observation& observation_;
    std::unordered_map<std::string_view, SnapshotFacts*> snapshots_;
    std::unordered_map<std::string_view, const Sha256*> questions_;
    std::map<std::pair<std::string, std::string>, std::size_t> drills_;
};

/// One failure within a run stands, whatever its other stores got.
void note_backup_results(Observation& world, const Outcomes& outcomes) {
    std::map<std::string, bool> failed;
    for (const auto& outcome : outcomes) {
        if (outcome.kind != Kind<SnapshotStep>::name) continue;
        // Another run had the database, and was taking one itself, or will have been followed by
        // one.
        if (outcome.trouble && outcome.trouble->code == name_of(ErrorCode::lease_held)) continue;
        const bool done = outcome.status == Status::done || outcome.status == Status::bad;
        failed[outcome.target] = failed[outcome.target] || !done;
    }
    std::erase_if(world.failed_last_backup,
                  [&](const auto& target) { return failed.contains(target); });
    for (const auto& [target, any] : failed)
        if (any) world.failed_last_backup.push_back(target);
}

}  // namespace

void learn(Observation& world, const Outcomes& outcomes) {
    note_backup_results(world, outcomes);
    World known{world};
    for (const auto& outcome : outcomes) {
        if (!outcome.checked.empty()) known.note_verification(outcome);
        if (outcome.drilled) known.note_drill(outcome);
    }
}

Observation after(Observation before, const Outcomes& outcomes, Time now) {
    Observation world = std::move(before);
    world.now = now;
    std::unordered_set<std::string_view> removed;
    for (const auto& outcome : outcomes) {
        if (outcome.snapshot) note_snapshot(world, outcome);
        if (!outcome.removed.empty()) removed.insert(outcome.removed);
    }
    std::erase_if(world.snapshots, [&](const auto& each) { return removed.contains(each.path); });
    learn(world, outcomes);
    condemn_dependents(world);
    return world;
}

}  // namespace muster
