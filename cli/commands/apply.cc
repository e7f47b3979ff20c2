#include "cli/commands/rows.h"
#include "cli/policy_run.h"
#include "cli/selection.h"

namespace muster {
namespace {

constexpr Bytes plan_limit{std::uint64_t{256} << 20U};

bool is_plan(const std::string& text) {
    return text.substr(0, 200).find("\"muster/plan/v") != std::string::npos;
}

std::vector<Option> apply_options() {
    auto out = selection_options();
    out.push_back({"--dry-run", "", "print the plan and change nothing (as 'muster plan')"});
    out.push_back(
        {"--strict-plan", "",
         "do nothing, and exit 5, when anything is blocked, filtered or deferred; exit 5 when a step fails"});
    out.push_back({"--lock-wait", "TIME",
                   "wait that long for another run on the same database; 0s when left out"});
    out.push_back({"--keep-sandbox", "", "leave the sandboxes of drills, to look into them"});
    return out;
}

Reply run_apply(const Arguments& arguments, const Surroundings& surroundings) {
    const auto path = arguments.value("FILE");
    MUSTER_REPLY_TRY(const auto text, read_text(path, plan_limit));
    if (is_plan(text)) return run_plan_file(arguments, surroundings, path, text);
    if (arguments.has("--dry-run")) {
        auto as_plan = arguments;
        as_plan.values["POLICY"] = {path};
        return plan_command().run(as_plan, surroundings);
    }
    const auto policy = policy_of(path);
    if (!policy) return tl::unexpected<Refusal>{policy.error()};
    MUSTER_REPLY_TRY(const auto selection, selection_of(arguments));
    return run_policy(arguments, surroundings, *policy, selection);
}

}  // namespace

Command apply_command() {
    return {
        "apply",
        "",
        "carry out a policy, or a plan that was made before",
        "Takes snapshots, reads them back, prunes, rehearses, and leaves a record and the policy's reports. A plan is bound\n"
        "to the facts it was made for and is used once: exit 6 names what has changed.",
        {{"FILE", "a policy, or a plan from 'muster plan --out'"}},
        apply_options(),
        run_apply};
}

}  // namespace muster
