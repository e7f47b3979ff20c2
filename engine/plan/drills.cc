#include <fmt/format.h>

#include "engine/plan/availability.h"
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

void rehearse(PlanDraft& draft, const std::string& job, const std::string& name,
              const DrillSpec& drill, const TargetFacts& target) {
    auto reason = draft.due(job, drill.schedule, last_run(draft, name, target.id), target.id);
    if (!reason) return;
    const auto& spec = draft.spec_of(target);
    auto blocked = unavailable(drill);
    if (!blocked) blocked = draft.blocked_by_target(target);
    DrillStep action{name, drill.scenario, target.path, spec.rto, spec.may_be_empty, {}};
    action.checks = asked_at(Depth::full, spec.checks);
    draft.add(job, fmt::format("drill:{}:{}", name, target.id), target.id, std::move(action),
              target.bytes, *std::move(reason), std::move(blocked));
}

void rehearse_alone(PlanDraft& draft, const std::string& job, const std::string& name,
                    const DrillSpec& drill) {
    if (!draft.in_shard(job)) return;
    auto reason = draft.due(job, drill.schedule, last_run(draft, name, ""), "");
    if (reason)
        draft.add(job, "drill:" + name, "", DrillStep{name, drill.scenario, "", {}, false, {}}, {},
                  *std::move(reason), unavailable(drill));
}

}  // namespace

void plan_drills(PlanDraft& draft) {
    if (!draft.wants_kind(Kind<DrillStep>::name)) return;
    for (const auto& [name, drill] : draft.policy().drills) {
        const auto job = "drills." + name;
        if (!draft.wants_job(job)) continue;
        if (!drill.scenario && drill.targets == TargetSelector{}) {
            rehearse_alone(draft, job, name, drill);
            continue;
        }
        for (const auto* target : draft.chosen())
            if (selects(drill.targets, target->spec, target->id, kind_of(draft.spec_of(*target))))
                rehearse(draft, job, name, drill, *target);
    }
}

}  // namespace muster
