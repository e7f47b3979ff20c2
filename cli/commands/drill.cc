#include <fmt/format.h>

#include <algorithm>

#include "cli/commands/rows.h"
#include "cli/policy_run.h"
#include "engine/codec/documents.h"
#include "engine/plan/make_plan.h"
#include "engine/plan/selector.h"
#include "engine/policy/scenarios.h"

namespace muster {
namespace {

Reply show_scenario(const std::string& name) {
    if (const auto scenario = from_name<Scenario>(name)) {
        MUSTER_REPLY_TRY(auto document, to_document(scenario_of(*scenario)));
        return Answer{std::string{scenario_text(*scenario)}, std::move(document)};
    }
    std::vector<std::string_view> known;
    for (const auto& [scenario, each] : Names<Scenario>::list) known.push_back(each);
    return refuse(ErrorCode::usage, fmt::format("there is no scenario '{}'", name),
                  fmt::format("there are: {}", fmt::join(known, ", ")));
}

/// A drill that does nothing must not look like one that passed. Names that the policy does not
/// have are for those who look them up.
bool is_any_for(const Policy& policy, const std::vector<std::string>& drills,
                const std::vector<std::string>& targets) {
    return std::ranges::any_of(targets, [&](const std::string& target) {
        const auto spec = policy.targets.find(target.substr(0, target.find('/')));
        return spec == policy.targets.end() ||
               std::ranges::any_of(drills, [&](const std::string& name) {
                   const auto& selector = policy.drills.at(name).targets;
                   return selector != TargetSelector{} &&
                          selects(selector, spec->first, target, kind_of(spec->second));
               });
    });
}

Reply run_drill(const Arguments& arguments, const Surroundings& surroundings) {
    if (arguments.has("--show")) return show_scenario(arguments.value("--show"));
    if (!arguments.has("POLICY"))
        return refuse(ErrorCode::usage, "POLICY is required",
                      "see muster drill --help; 'muster drill --show restore-drill' needs none");
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
    const auto targets = arguments.all("--target");
    if (!targets.empty() && !is_any_for(policy->policy, names.empty() ? known : names, targets))
        return refuse(ErrorCode::usage,
                      fmt::format("none of these drills is for {}", fmt::join(targets, ", ")),
                      "look at their targets: muster validate POLICY --print");
    Selection drills_only;
    drills_only.targets = targets;
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
        "muster itself only reads production. Exit 0: all passed. 4: one did not, or an objective was missed.\n"
        "Shipped scenarios and a language for your own: docs/drills.md.\n"
        "Examples: muster drill policy.yaml                        every drill, due or not\n"
        "          muster drill policy.yaml monthly --target finance\n"
        "          muster drill --show restore-drill > mine.yaml",
        {{"[POLICY]", "the policy file"}, {"[NAME...]", "drills to run; all when left out"}},
        {{"--show", "NAME",
          "print a shipped scenario instead: restore-drill, restore-smoke, fault-catalogue, …"},
         {"--target", "NAME", "only this target (may be given again)"},
         {"--keep-sandbox", "", "leave the sandboxes, to look into them"},
         {"--lock-wait", "TIME",
          "wait that long for another run on the same database; 0s when left out"}},
        run_drill};
}

}  // namespace muster
