#include <fmt/format.h>

#include <algorithm>

#include "cli/commands/rows.h"
#include "cli/policy_run.h"
#include "engine/plan/make_plan.h"

namespace muster {
namespace {

Reply run_drill(const Arguments& arguments, const Surroundings& surroundings) {
    const auto policy = policy_of(arguments.value("POLICY"));
    if (!policy) return tl::unexpected<Refusal>{policy.error()};
    std::vector<std::string> known;
    for (const auto& [name, drill] : policy->policy.drills) known.push_back(name);
    if (known.empty())
        return refuse(ErrorCode::usage, "the policy has no drills",
                      "add one: drills: { smoke: { scenario: restore-smoke, targets: [...] } }");
    const auto names = arguments.all("NAME");
    for (const auto& name : names)
        if (std::ranges::find(known, name) == known.end())
            return refuse(ErrorCode::usage, fmt::format("the policy has no drill '{}'", name),
                          fmt::format("it has: {}", fmt::join(known, ", ")));
    Selection drills_only;
    drills_only.targets = arguments.all("--target");
    drills_only.only = {std::string{Kind<DrillStep>::name}};
    for (const auto& name : names) drills_only.jobs.push_back("drills." + name);
    drills_only.ignore_schedule = true;
    return run_policy(arguments, surroundings, *policy, drills_only);
}

}  // namespace

Command drill_command() {
    return {
        "drill",
        "",
        "run the rehearsals of a policy now",
        "Production is only read. Exit 0: all passed. 4: one did not, or its objective was missed.",
        {{"POLICY", "the policy file"}, {"[NAME...]", "drills to run; all when left out"}},
        {{"--target", "NAME", "only this target (may be given again)"},
         {"--keep-sandbox", "", "leave the sandboxes, to look into them"},
         {"--lock-wait", "TIME",
          "wait that long for another run on the same database; 0s when left out"}},
        run_drill};
}

}  // namespace muster
