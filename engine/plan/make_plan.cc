#include "engine/plan/make_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/plan/jobs.h"
#include "engine/plan/plan_parts.h"
#include "engine/plan/serial.h"

namespace muster {
namespace {

/// Without a copy of a fleet's plan, which a partition would make.
void prune_last(std::vector<Step>& steps) {
    const auto prunes = [](const Step& step) {
        return std::holds_alternative<PruneStep>(step.action);
    };
    std::vector<Step> last;
    for (auto& step : steps)
        if (prunes(step)) last.push_back(std::move(step));
    std::erase_if(steps, prunes);
    std::ranges::move(last, std::back_inserter(steps));
}

}  // namespace

Plan make_plan(const Policy& policy, const Observation& observation, const Selection& selection,
               std::string_view tool_version) {
    PlanDraft draft{policy, observation, selection};
    plan_protection(draft);
    plan_maintenance(draft);
    plan_drills(draft);
    // What is repaired goes before its snapshot. Where nothing can be, a fleet's plan is not
    // copied.
    if (!policy.maintain.empty())
        std::stable_partition(draft.steps.begin(), draft.steps.end(), [](const auto& step) {
            return std::holds_alternative<RepairStep>(step.action);
        });
    // A drill may restore what is then pruned.
    if (!policy.drills.empty()) prune_last(draft.steps);
    Plan plan;
    plan.policy_name = policy.name;
    plan.policy_hash = observation.policy_hash;
    plan.created_with_version = std::string{tool_version};
    plan.created_at = observation.now;
    plan.assumptions = assumptions_of(policy, draft);
    plan.serial = serial_of(plan.assumptions);
    plan.selection = selection;
    plan.strictness = policy.strictness.plan;
    plan.steps = std::move(draft.steps);
    plan.waiting = draft.take_waiting();
    plan.kept = std::move(draft.kept);
    plan.cared = std::move(draft.cared);
    add_up(plan);
    return plan;
}

void add_up(Plan& plan) {
    plan.totals.clear();
    for (const auto& [bucket, name] : Names<Bucket>::list) plan.totals.push_back({bucket, 0, {}});
    for (const auto& step : plan.steps) {
        auto& total = plan.totals[static_cast<std::size_t>(step.bucket)];
        ++total.steps;
        total.bytes += step.bytes;
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

std::vector<std::string> unknown_names(const Selection& selection, const Policy& policy,
                                       const Observation& observation) {
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
    std::vector<std::string> jobs;
    for (auto& job : jobs_of(policy)) jobs.push_back(std::move(job.name));
    for (const auto& job : selection.jobs)
        if (std::ranges::find(jobs, job) == jobs.end())
            out.push_back(fmt::format("'{}' is no job of the policy; the jobs are {}", job,
                                      fmt::join(jobs, ", ")));
    return out;
}

}  // namespace muster
