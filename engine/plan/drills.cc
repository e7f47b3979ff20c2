#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "engine/base/error.h"
#include "engine/plan/availability.h"
#include "engine/plan/covering_protect.h"
#include "engine/plan/drill_pick.h"
#include "engine/plan/plan_parts.h"
#include "engine/plan/questions.h"
#include "engine/plan/selector.h"

namespace muster {
namespace {

std::optional<Time> last_run(const PlanDraft& draft, const std::string& name,
                             const std::string& target) {
    const auto* last = draft.last_drill(name, target);
    return last ? std::optional{last->at} : std::nullopt;
}

bool counts_rows(const DrillSpec& drill) {
    return drill.scenario == Scenario::restore_drill ||
           std::ranges::any_of(drill.steps,
                               [](const auto& step) { return step.check && step.check->rows; });
}

/// The snapshots that this very plan takes, by target.
using TakenNow = std::unordered_map<std::string, std::vector<std::size_t>>;

TakenNow taken_now(const PlanDraft& draft) {
    TakenNow out;
    for (std::size_t i = 0; i < draft.steps.size(); ++i)
        if (draft.steps[i].bucket == Bucket::planned &&
            std::holds_alternative<SnapshotStep>(draft.steps[i].action))
            out[draft.steps[i].target].push_back(i);
    return out;
}

/// Drills of one plan.
class Drills {
public:
    explicit Drills(PlanDraft& draft) : draft_(draft), taken_(taken_now(draft)) {}

    void rehearse(const std::string& job, const std::string& name, const DrillSpec& drill,
                  const TargetFacts& target) {
        auto reason = draft_.due(job, drill.schedule, last_run(draft_, name, target.id), target.id);
        if (!reason) return;
        const auto& spec = draft_.spec_of(target);
        auto blocked = unavailable(drill);
        if (!blocked) blocked = draft_.blocked_by_target(target);
        auto step = step_of(name, drill, target.id);
        step.source = target.path;
        step.volume_id = spec.volume_id.value_or(target.id);
        step.rto = spec.rto;
        step.may_be_empty = spec.may_be_empty;
        step.checks = asked_at(Depth::full, spec.checks);
        const auto version = spec.schema_version.value_or(SchemaVersionSpec{});
        step.schema_version_sql = version.sql;
        step.supported_schema = version.supported;
        if (spec.revision) step.revision_sql = spec.revision->sql;
        std::vector<std::string> needs;
        if (uses_chosen(drill)) {
            if (!blocked) blocked = choose(drill, target, step);
            if (is_latest(drill)) step.rpo = spec.rpo;
            if (step.backup && !step.backup->taken_by.empty())
                needs.push_back(step.backup->taken_by);
            if (step.backup)
                reason->text +=
                    step.backup->taken_by.empty()
                        ? "; restores " + step.backup->path
                        : fmt::format("; restores what {} takes", step.backup->taken_by);
        }
        if (counts_rows(drill)) {
            const auto* last = draft_.last_drill(name, target.id);
            step.rows = RowsBaseline{};
            step.rows->rules = drill.rows.value_or(RowsSpec{});
            if (last != nullptr && last->rows) {
                step.rows->at = last->rows->at;
                step.rows->tables = last->rows->tables;
            }
        }
        auto& added =
            draft_.add(job, fmt::format("drill:{}:{}", name, target.id), target.id, std::move(step),
                       target.bytes, *std::move(reason), std::move(blocked));
        added.needs = std::move(needs);
    }

    void rehearse_alone(const std::string& job, const std::string& name, const DrillSpec& drill) {
        if (!draft_.in_shard(job)) return;
        auto reason = draft_.due(job, drill.schedule, last_run(draft_, name, ""), "");
        if (reason)
            draft_.add(job, "drill:" + name, "", step_of(name, drill, ""), {}, *std::move(reason),
                       unavailable(drill));
    }

private:
    static bool is_latest(const DrillSpec& drill) {
        return !drill.from ||
               *drill.from == PickSpec{drill.from->store, Pick::latest, {}, {}, {}, {}};
    }

    DrillStep step_of(const std::string& name, const DrillSpec& drill,
                      const std::string& target) const {
        DrillStep step;
        step.drill = name;
        step.scenario = drill.scenario;
        step.seed = drill_seed(name, target, draft_.world().now);
        step.within = drill.within;
        if (!drill.scenario || !drill.with.empty() || !drill.services.empty()) {
            DrillWork work;
            static_cast<ScenarioParts&>(work) = static_cast<const ScenarioParts&>(drill);
            work.with = drill.with;
            work.folder = draft_.world().folder;
            step.work = std::move(work);
        }
        return step;
    }

    /// Why there is none.
    std::optional<Reason> choose(const DrillSpec& drill, const TargetFacts& target,
                                 DrillStep& step) const {
        const auto from = drill.from.value_or(PickSpec{});
        const auto keys = [&](const std::string& store) {
            const auto* protect = covering_protect(draft_.policy(), target, store);
            return protect == nullptr ? std::vector<KeyPlace>{} : keys_of(protect->snapshot);
        };
        if (const auto now = taken_.find(target.id); is_latest(drill) && now != taken_.end())
            for (const auto place : now->second) {
                const auto& taking = draft_.steps[place];
                const auto& store = std::get<SnapshotStep>(taking.action).place.store;
                if (!from.store.empty() && store != from.store) continue;
                step.backup = DrillBackup{{}, taking.id, keys(store), {}};
                return std::nullopt;
            }
        const auto* picked =
            pick_for_drill(draft_.snapshots(), target.id, from, draft_.world().now, step.seed);
        if (picked == nullptr)
            return Reason{std::string{name_of(ErrorCode::no_snapshot)},
                          is_latest(drill)
                              ? "there is no snapshot that it could restore; the next 'muster "
                                "apply' takes one that is due"
                              : "no snapshot fits its from, of those that are not known to be bad; "
                                "'muster snapshots POLICY' lists what there is"};
        step.backup =
            DrillBackup{picked->path, {}, keys(picked->store), limit_of(from, draft_.world().now)};
        return std::nullopt;
    }

    PlanDraft& draft_;
    TakenNow taken_;
};

}  // namespace

void plan_drills(PlanDraft& draft) {
    if (!draft.wants_kind(Kind<DrillStep>::name)) return;
    Drills drills{draft};
    for (const auto& [name, drill] : draft.policy().drills) {
        const auto job = "drills." + name;
        if (!draft.wants_job(job)) continue;
        if (drill.targets == TargetSelector{}) {
            drills.rehearse_alone(job, name, drill);
            continue;
        }
        for (const auto* target : draft.chosen())
            if (selects(drill.targets, target->spec, target->id, kind_of(draft.spec_of(*target))))
                drills.rehearse(job, name, drill, *target);
    }
}

}  // namespace muster
