#include <fmt/format.h>

#include "cli/commands/rows.h"
#include "cli/directory_prune.h"
#include "cli/keep_flags.h"
#include "cli/policy_run.h"
#include "cli/selection.h"
#include "engine/codec/documents.h"
#include "engine/plan/make_plan.h"
#include "engine/plan/retention_report.h"
#include "reporters/retention_table.h"

namespace muster {
namespace {

const std::vector<Option>& policy_options() {
    static const std::vector<Option> options{
        {"--target", "NAME", "POLICY: only this target (may be given again)"},
        {"--strict-plan", "",
         "POLICY: do nothing, and exit 5, when anything is blocked; exit 5 when a step fails"}};
    return options;
}

std::vector<Option> prune_options() {
    std::vector<Option> out{
        {"--dry-run", "", "show each snapshot with what becomes of it and why; change nothing"},
        {"--lock-wait", "TIME",
         "wait that long for another run on the same database; 0s when left out"}};
    for (const auto* each : {&policy_options(), &keep_options(), &directory_options()})
        out.insert(out.end(), each->begin(), each->end());
    return out;
}

Result<> refuse_flags(const Arguments& arguments, const std::vector<Option>& flags,
                      std::string_view with, std::string_view hint) {
    for (const auto& option : flags)
        if (arguments.has(option.flag))
            return fail(ErrorCode::usage, fmt::format("{} does not go with {}", option.flag, with),
                        std::string{hint});
    return {};
}

Reply show(const Arguments& arguments, const Surroundings& surroundings, const PolicyFile& policy,
           const Selection& selection) {
    Host host = surroundings.host;
    const auto state = state_of(arguments, &policy);
    host.scratch = state.scratch();
    MUSTER_REPLY_TRY(const auto world, observe(policy, state, host));
    MUSTER_REPLY_CHECK(require_known(selection, policy.policy, world));
    const auto plan = make_plan(policy.policy, world, selection, host.tool_version);
    const auto report = retention_report(policy.policy, world, plan);
    Answer answer;
    MUSTER_REPLY_TRY(answer.document, to_document(report));
    answer.text = retention_table(report);
    hold_to_strictness(arguments, plan, answer);
    return answer;
}

Reply run_prune(const Arguments& arguments, const Surroundings& surroundings) {
    const auto place = arguments.value("POLICY|DIR");
    std::error_code unreachable;  // reading the policy will say so
    if (fs::is_directory(place, unreachable)) {
        MUSTER_REPLY_CHECK(refuse_flags(arguments, policy_options(), "a directory",
                                        "leave it out, or name a policy"));
        return prune_directory(arguments, surroundings);
    }
    for (const auto* flags : {&keep_options(), &directory_options()})
        MUSTER_REPLY_CHECK(refuse_flags(arguments, *flags, "a policy, which has rules of its own",
                                        "write it under keep in the policy, or name a directory"));
    const auto policy = policy_of(place);
    if (!policy) return tl::unexpected<Refusal>{policy.error()};
    Selection selection;
    selection.targets = arguments.all("--target");
    selection.only = {std::string{Kind<PruneStep>::name}};
    if (arguments.has("--dry-run")) return show(arguments, surroundings, *policy, selection);
    return run_policy(arguments, surroundings, *policy, selection);
}

}  // namespace

Command prune_command() {
    return {
        "prune",
        "",
        "remove the snapshots that no rule keeps, of a policy or in a directory",
        "A policy has its rules under keep; for a directory of backups they are flags, the newest backup of each target\n"
        "always stays, and is read back before anything else goes. Files that muster does not know are never touched. docs/retention.md tells the rules.\n"
        "Example: muster prune /backups --keep-daily 30 --max-total 50GiB --dry-run",
        {{"POLICY|DIR", "the policy file, or a directory of backups"}},
        prune_options(),
        run_prune};
}

}  // namespace muster
