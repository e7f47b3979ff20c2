#include "engine/plan/make_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "engine/plan/retention.h"
#include "engine/plan/serial.h"

namespace muster {
namespace {

bool contains(const std::vector<std::string>& list, std::string_view value) {
    return std::ranges::find(list, value) != list.end();
}

bool selected(const Selection& selection, const TargetFacts& target) {
    return selection.targets.empty() || contains(selection.targets, target.id) ||
           contains(selection.targets, target.spec);
}

std::string spell(const KeepSpec& keep) {
    std::string out;
    if (keep.last) out += fmt::format("last {}", *keep.last);
    if (keep.daily) out += fmt::format("{}daily {}", out.empty() ? "" : ", ", *keep.daily);
    return out;
}

/// Builds one plan; lives for one call of make_plan.
class Planner {
public:
    Planner(const Policy& policy, const Observation& observation, const Selection& selection)
        : policy_(policy), observation_(observation), selection_(selection) {
        for (const auto& store : observation.stores) free_[store.name] = store.free;
    }

    void run() {
        choose_targets();
        for (const auto& [name, protect] : policy_.protect)
            for (const auto* target : chosen_)
                if (contains(protect.targets, target->spec))
                    for (const auto& store : protect.stores) protect_one(protect, *target, store);
        for (const auto& [name, drill] : policy_.drills)
            for (const auto* target : chosen_)
                if (contains(drill.targets, target->spec)) rehearse(name, drill, *target);
    }

    std::vector<Step> steps;
    std::vector<Kept> kept;
    std::vector<std::string> target_ids;

private:
    void choose_targets() {
        for (const auto& target : observation_.targets) {
            if (!selected(selection_, target)) continue;
            chosen_.push_back(&target);
            target_ids.push_back(target.id);
        }
    }

    bool wanted(std::string_view kind) const {
        return selection_.only.empty() || contains(selection_.only, kind);
    }

    bool over_limit(const TargetFacts& target) const {
        if (!selection_.limit) return false;
        const auto place = std::ranges::find(chosen_, &target) - chosen_.begin();
        return place >= *selection_.limit;
    }

    Step& add(const TargetFacts& target, std::string id, Action action, Bytes bytes, Reason reason,
              std::optional<Reason> blocked) {
        Step step{std::move(id), target.id,        Bucket::planned, std::move(reason), {},
                  bytes,         std::move(action)};
        if (blocked) {
            step.bucket = Bucket::blocked;
            step.reason = *blocked;
        } else if (over_limit(target)) {
            step.bucket = Bucket::deferred;
            step.reason = {
                "limit", fmt::format("over the limit of {} targets in one run", *selection_.limit)};
        }
        return steps.emplace_back(std::move(step));
    }

    static std::optional<std::int64_t> supported(const TargetSpec& spec) {
        return spec.schema_version ? spec.schema_version->supported : std::nullopt;
    }

    static std::optional<Reason> reason_of(const std::optional<Trouble>& trouble) {
        if (!trouble) return std::nullopt;
        return Reason{trouble->code, trouble->hint.empty()
                                         ? trouble->message
                                         : trouble->message + "; " + trouble->hint};
    }

    std::optional<Reason> blocked_by_store(const StoreFacts& store, Bytes needed) {
        if (auto reason = reason_of(store.trouble)) return reason;
        auto& free = free_[store.name];
        if (free < needed)
            return Reason{
                "no_space",
                fmt::format("needs {} in store {} at {}, and {} are free; free space there",
                            spell_bytes(needed), store.name, store.root, spell_bytes(free))};
        free.count -= needed.count;
        return std::nullopt;
    }

    void protect_one(const ProtectSpec& protect, const TargetFacts& target,
                     const std::string& store_name) {
        const auto store = std::ranges::find(observation_.stores, store_name, &StoreFacts::name);
        if (store == observation_.stores.end()) return;
        const auto& spec = policy_.targets.at(target.spec);
        const std::string here = fmt::format("{}:{}", target.id, store_name);

        std::vector<std::string> needs;
        std::optional<Bucket> backup_bucket;
        if (wanted("snapshot")) {
            const auto version = spec.schema_version.value_or(SchemaVersionSpec{});
            SnapshotStep action{
                target.path,
                target.volume_id,
                target.id,
                version.sql,
                spec.revision ? spec.revision->sql : "",
                protect.snapshot.max_writer_pause,
                {store_name, store->root, policy_.stores.at(store_name).layout, false}};
            auto blocked = reason_of(target.trouble);
            if (!blocked) blocked = blocked_by_store(*store, target.bytes);
            const auto& step = add(target, "snapshot:" + here, action, target.bytes,
                                   {"due", "every apply takes one"}, blocked);
            needs.push_back(step.id);
            backup_bucket = step.bucket;
        }
        if (wanted("verify")) {
            if (!needs.empty() && backup_bucket == Bucket::planned) {
                const VerifyStep action{
                    store_name,     store->root,           needs.front(),   "",
                    protect.verify, protect.proof_expires, supported(spec), spec.checks};
                auto& step =
                    add(target, "verify:" + here, action, target.bytes,
                        {"new", protect.verify == Depth::full
                                    ? "proves the new snapshot"
                                    : "checks the new snapshot; only depth full proves it"},
                        {});
                step.needs = needs;
                needs.push_back(step.id);
            }
            prove_older(protect, spec, target, *store);
        }
        if (protect.keep && wanted("prune")) prune(protect, target, *store, needs, backup_bucket);
    }

    /// A run that died between snapshot and verification leaves snapshots that nobody has proven.
    void prove_older(const ProtectSpec& protect, const TargetSpec& spec, const TargetFacts& target,
                     const StoreFacts& store) {
        if (protect.verify != Depth::full) return;
        for (const auto& snapshot : observation_.snapshots) {
            if (snapshot.target != target.id || snapshot.store != store.name) continue;
            if (snapshot.state != SnapshotState::complete || snapshot.proven_at ||
                snapshot.known_bad)
                continue;
            add(target, fmt::format("verify:{}:{}:{}", target.id, store.name, snapshot.key),
                VerifyStep{store.name, store.root, "", snapshot.key, protect.verify,
                           protect.proof_expires, supported(spec), spec.checks},
                snapshot.bytes, {"unproven", "no run has proven it yet"}, reason_of(store.trouble));
        }
    }

    void prune(const ProtectSpec& protect, const TargetFacts& target, const StoreFacts& store,
               const std::vector<std::string>& needs, std::optional<Bucket> backup_bucket) {
        std::vector<SnapshotFacts> group;
        for (const auto& snapshot : observation_.snapshots)
            if (snapshot.target == target.id && snapshot.store == store.name)
                group.push_back(snapshot);
        const bool takes_one = backup_bucket == Bucket::planned;
        if (takes_one) {
            // The steps that prune need this one taken and verified, so it counts as proven.
            SnapshotFacts coming;
            coming.target = target.id;
            coming.store = store.name;
            coming.key = "(the new snapshot)";
            coming.created_at = observation_.now;
            coming.proven_at = observation_.now;
            group.push_back(std::move(coming));
        }
        std::optional<Reason> blocked;
        if (backup_bucket && !takes_one)
            blocked = Reason{"backup_not_planned",
                             "nothing is pruned for a target whose backup cannot be taken now"};
        else if (!backup_bucket && contains(observation_.failed_last_backup, target.id))
            blocked = Reason{
                "last_backup_failed",
                "nothing is pruned for a target whose last backup failed; take a backup first"};
        for (const auto& each : retain(*protect.keep, std::move(group), observation_.now,
                                       protect.verify == Depth::full)) {
            if (!each.reasons.empty()) {
                kept.push_back({target.id, store.name, each.snapshot.key, each.reasons});
                continue;
            }
            auto& step = add(
                target, fmt::format("prune:{}:{}:{}", target.id, store.name, each.snapshot.key),
                PruneStep{target.path, store.name, store.root, each.snapshot.key,
                          each.snapshot.checksum},
                each.snapshot.bytes,
                {"not_kept", fmt::format("no rule keeps it ({})", spell(*protect.keep))}, blocked);
            step.needs = needs;
        }
    }

    void rehearse(const std::string& name, const DrillSpec& drill, const TargetFacts& target) {
        if (!wanted("drill")) return;
        const auto& spec = policy_.targets.at(target.spec);
        add(target, fmt::format("drill:{}:{}", name, target.id),
            DrillStep{name, drill.scenario, target.path, spec.rto, spec.checks}, target.bytes,
            {"due", "every apply rehearses it"}, reason_of(target.trouble));
    }

    const Policy& policy_;
    const Observation& observation_;
    const Selection& selection_;
    std::vector<const TargetFacts*> chosen_;
    std::map<std::string, Bytes> free_;
};

}  // namespace

Plan make_plan(const Policy& policy, const Observation& observation, const Selection& selection,
               std::string_view tool_version) {
    Planner planner{policy, observation, selection};
    planner.run();
    Plan plan;
    plan.policy_name = policy.name;
    plan.policy_hash = observation.policy_hash;
    plan.created_with_version = std::string{tool_version};
    plan.created_at = observation.now;
    plan.assumptions = assumptions_of(policy, observation, planner.target_ids);
    plan.serial = serial_of(plan.assumptions);
    plan.selection = selection;
    plan.strictness = policy.strictness.plan;
    plan.steps = std::move(planner.steps);
    plan.kept = std::move(planner.kept);
    add_up(plan);
    return plan;
}

void add_up(Plan& plan) {
    plan.totals.clear();
    for (const auto& [bucket, name] : Names<Bucket>::list) {
        BucketTotal total{bucket, 0, {}};
        for (const auto& step : plan.steps) {
            if (step.bucket != bucket) continue;
            ++total.steps;
            total.bytes += step.bytes;
        }
        plan.totals.push_back(total);
    }
}

std::vector<std::string> unclean(const Plan& plan) {
    std::vector<std::string> out;
    for (const auto& step : plan.steps) {
        const auto state = from_name<Unclean>(name_of(step.bucket));
        if (state && std::ranges::find(plan.strictness, *state) != plan.strictness.end())
            out.push_back(
                fmt::format("{} is {}: {}", step.id, name_of(step.bucket), step.reason.text));
    }
    return out;
}

std::vector<std::string> unknown_names(const Selection& selection, const Observation& observation) {
    std::vector<std::string> out;
    for (const auto& name : selection.targets)
        if (std::ranges::none_of(observation.targets, [&](const auto& target) {
                return target.id == name || target.spec == name;
            }))
            out.push_back(fmt::format("no target is named '{}'", name));
    auto kinds = kinds_of(static_cast<const Action*>(nullptr));
    std::erase(kinds, Kind<RestoreStep>::name);  // no policy asks for one
    for (const auto& kind : selection.only)
        if (std::ranges::find(kinds, kind) == kinds.end())
            out.push_back(fmt::format("'{}' is no kind of step; the kinds are {}", kind,
                                      fmt::join(kinds, ", ")));
    return out;
}

}  // namespace muster
