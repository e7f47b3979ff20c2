#include "engine/plan/retention_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "engine/model/schedule/local_text.h"
#include "engine/plan/direct_plan.h"
#include "engine/plan/plan_draft.h"
#include "engine/plan/retention.h"
#include "engine/plan/selector.h"

namespace muster {
namespace {

Worth worth_of(const SnapshotFacts& snapshot) {
    if (snapshot.state == SnapshotState::unfinished) return Worth::unfinished;
    if (snapshot.state == SnapshotState::broken) return Worth::broken;
    if (snapshot.known_bad) return Worth::bad;
    return snapshot.proven_at ? Worth::proven : Worth::unproven;
}

void add_up(RetentionTotal& to, const JudgedSnapshot& snapshot) {
    const auto add = [&](int& count, Bytes& bytes) {
        ++count;
        bytes += snapshot.bytes;
    };
    if (snapshot.fate == Fate::keep) add(to.kept, to.kept_bytes);
    if (snapshot.fate == Fate::remove) add(to.removed, to.removed_bytes);
    if (snapshot.fate == Fate::blocked) add(to.blocked, to.blocked_bytes);
}

/// Judges the group's snapshots by its rules; `fate_of` says what becomes of one that they remove.
template <class FateOf>
void judge(RetentionReport& report, RetentionGroup group, const Observation& world,
           const SnapshotGroup& snapshots, const FateOf& fate_of) {
    group.rules = spell(group.keep);
    for (auto& each : retain({group.keep, world.zone, world.now, group.need_proof}, snapshots)) {
        const auto& facts = *each.snapshot;
        JudgedSnapshot out;
        out.key = facts.key;
        if (facts.created_at > Time{}) {
            out.created_at = facts.created_at;
            if (offset_at(world.zone, facts.created_at).count() != 0)
                out.local = local_text(world.zone, facts.created_at);
        }
        out.bytes = facts.bytes;
        if (!facts.checksum.empty()) out.checksum = facts.checksum;
        out.worth = worth_of(facts);
        out.proven_at = facts.proven_at;
        out.pinned = facts.pinned;
        out.fate = each.stays ? Fate::keep : fate_of(group, facts);
        out.reasons = std::move(each.reasons);
        add_up(group.total, out);
        add_up(report.total, out);
        group.snapshots.push_back(std::move(out));
    }
    report.groups.push_back(std::move(group));
}

RetentionReport report_at(const Observation& world) {
    RetentionReport out;
    out.at = world.now;
    out.timezone = world.zone.name;
    return out;
}

}  // namespace

RetentionReport retention_report(const Policy& policy, const Observation& observation,
                                 const Plan& plan) {
    auto out = report_at(observation);
    out.policy_name = policy.name;
    std::map<std::tuple<std::string_view, std::string_view, std::string_view>, const Step*> steps;
    for (const auto& step : plan.steps)
        if (const auto* prune = std::get_if<PruneStep>(&step.action))
            steps[{step.job, prune->store, prune->key}] = &step;
    const auto fate_of = [&](RetentionGroup& group, const SnapshotFacts& facts) {
        const auto& step = *steps.at({group.job, facts.store, facts.key});
        if (step.bucket == Bucket::planned) return Fate::remove;
        group.blocked = step.reason;
        return Fate::blocked;
    };
    const PlanDraft draft{policy, observation, plan.selection};
    for (const auto& [name, protect] : policy.protect) {
        const auto job = "protect." + name;
        if (!protect.keep || !draft.wants_job(job)) continue;
        for (const auto* target : draft.chosen()) {
            const auto kind = kind_of(draft.spec_of(*target));
            if (!selects(protect.targets, target->spec, target->id, kind)) continue;
            for (const auto& store : protect.stores) {
                if (draft.store(store) == nullptr) continue;
                RetentionGroup group;
                group.target = target->id;
                group.source = target->path;
                group.store = store;
                group.job = job;
                group.keep = *protect.keep;
                group.need_proof = protect.verify >= Depth::full;
                judge(out, std::move(group), observation, draft.snapshots().of(target->id, store),
                      fate_of);
            }
        }
    }
    return out;
}

RetentionReport retention_report(const DirectoryRules& rules, const Observation& observation) {
    auto out = report_at(observation);
    std::map<std::tuple<std::string_view, std::string_view, std::string_view>, SnapshotGroup>
        groups;
    for (const auto& each : observation.snapshots)
        groups[{each.target, each.source_path, each.volume_id}].push_back(&each);
    for (const auto& [name, snapshots] : groups) {
        const auto& first = *snapshots.front();
        RetentionGroup group;
        group.target = first.target;
        group.source = first.source_path;
        group.store = first.store;
        group.keep = rules.keep;
        group.need_proof = rules.need_proof;
        if (std::ranges::find(observation.failed_last_backup, first.target) !=
            observation.failed_last_backup.end())
            group.blocked = Reason{"last_backup_failed",
                                   "the last backup of this target failed; take one first"};
        judge(out, std::move(group), observation, snapshots,
              [](const RetentionGroup& of, const SnapshotFacts&) {
                  return of.blocked ? Fate::blocked : Fate::remove;
              });
    }
    return out;
}

namespace {

/// Reads the newest one that stays back, so that nothing goes for a copy that is rotten.
Step look_at_newest(const RetentionGroup& group, const JudgedSnapshot& newest,
                    const std::string& root) {
    VerifyStep look;
    look.store = group.store;
    look.root = root;
    look.key = newest.key;
    look.depth = Depth::checksum;
    return lone_step(fmt::format("verify:{}:{}", group.target, newest.key), group.target, look,
                     {"newest", "what stays is read back before anything goes"});
}

bool is_sound(const JudgedSnapshot& each) {
    return each.worth == Worth::proven || each.worth == Worth::unproven;
}

}  // namespace

std::vector<Step> prune_steps(const RetentionReport& report, const std::string& root) {
    std::vector<Step> out;
    for (const auto& group : report.groups) {
        std::vector<std::string> needs;
        const auto newest = std::ranges::find_if(group.snapshots, [](const auto& each) {
            return each.fate == Fate::keep && is_sound(each);
        });
        if (newest != group.snapshots.end() && group.total.removed > 0) {
            out.push_back(look_at_newest(group, *newest, root));
            needs.push_back(out.back().id);
        }
        for (const auto& each : group.snapshots) {
            if (each.fate == Fate::keep) continue;
            auto& step = out.emplace_back(
                lone_step(fmt::format("prune:{}:{}", group.target, each.key), group.target,
                          PruneStep{group.source, group.store, root, each.key, *each.checksum},
                          as_one(each.reasons)));
            step.bytes = each.bytes;
            step.needs = needs;
            if (each.fate == Fate::remove) continue;
            step.bucket = Bucket::blocked;
            step.reason = *group.blocked;
        }
    }
    return out;
}

}  // namespace muster
