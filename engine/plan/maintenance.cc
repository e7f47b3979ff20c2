#include <fmt/format.h>

#include <algorithm>

#include "engine/plan/availability.h"
#include "engine/plan/plan_parts.h"
#include "engine/plan/selector.h"

namespace muster {
namespace {

std::vector<CheckSpec> repairable(const TargetSpec& target) {
    std::vector<CheckSpec> out;
    std::ranges::copy_if(target.checks, std::back_inserter(out),
                         [](const auto& check) { return check.repair && check.repair->safe; });
    return out;
}

void maintain(PlanDraft& draft, const std::string& job, const MaintainSpec& spec,
              const TargetFacts& target) {
    auto reason = draft.due(job, spec.schedule, std::nullopt, target.id);
    if (!reason) return;
    const auto blocked = draft.blocked_by_target(target);
    const auto id = [&](std::string_view kind) {
        return fmt::format("{}:{}:{}", kind, job, target.id);
    };
    if (spec.compact && draft.wants_kind(Kind<CompactStep>::name))
        draft.add(job, id("compact"), target.id, CompactStep{target.path, *spec.compact}, {},
                  *reason, blocked ? blocked : no_compaction());
    auto checks = repairable(draft.spec_of(target));
    if (spec.repair == RepairMode::safe && !checks.empty() &&
        draft.wants_kind(Kind<RepairStep>::name))
        draft.add(job, id("repair"), target.id, RepairStep{target.path, std::move(checks)}, {},
                  *reason, blocked ? blocked : no_repair());
}

}  // namespace

void plan_maintenance(PlanDraft& draft) {
    for (const auto& [name, spec] : draft.policy().maintain) {
        const auto job = "maintain." + name;
        if (!draft.wants_job(job)) continue;
        if (!draft.wants_kind(Kind<CompactStep>::name) && !draft.wants_kind(Kind<RepairStep>::name))
            continue;
        for (const auto* target : draft.chosen()) {
            const auto kind = kind_of(draft.spec_of(*target));
            if (kind == TargetKind::sqlite && selects(spec.targets, target->spec, target->id, kind))
                maintain(draft, job, spec, *target);
        }
    }
}

}  // namespace muster
