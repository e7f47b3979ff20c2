#include "cli/care_run.h"

#include <fmt/format.h>

#include <memory>

#include "cli/databases_at.h"
#include "cli/policy_run.h"
#include "cli/selection.h"
#include "engine/codec/documents.h"
#include "engine/plan/make_plan.h"
#include "reporters/terminal.h"

namespace muster {
namespace {

Reply shown(const Arguments& arguments, Plan plan) {
    const auto made = std::make_shared<Plan>(std::move(plan));
    Answer answer;
    answer.document =
        JsonDocument{[made](const Sink& sink) { return stream_document(*made, sink); }};
    answer.text = plan_text(*made);
    hold_to_strictness(arguments, *made, answer);
    return answer;
}

}  // namespace

const std::vector<Option>& care_options() {
    static const std::vector<Option> options{
        {"--dry-run", "", "print the plan in its four buckets, with reasons; change nothing"},
        {"--strict-plan", "",
         "do nothing, and exit 5, when anything is blocked, filtered or deferred; exit 5 when a step fails"},
        {"--target", "NAME", "of a policy: only this target, by name or id (may be given again)"},
        {"--lock-wait", "TIME",
         "wait that long for another run on the same database; 0s when left out"}};
    return options;
}

Reply care_for_targets(const Arguments& arguments, const Surroundings& surroundings,
                       std::string_view command, const std::string& policy, MaintainSpec care,
                       std::optional<int> limit) {
    auto file = policy_of(policy);
    if (!file) return tl::unexpected<Refusal>{file.error()};
    file->policy.maintain = {{std::string{command}, std::move(care)}};
    Selection selection;
    selection.targets = arguments.all("--target");
    selection.jobs = {fmt::format("maintain.{}", command)};
    selection.limit = limit;
    if (!arguments.has("--dry-run")) return run_policy(arguments, surroundings, *file, selection);
    const auto host = host_for_looking(arguments, surroundings, &*file);
    MUSTER_REPLY_TRY(auto world, observe(*file, state_of(arguments, &*file), host));
    MUSTER_REPLY_CHECK(require_known(selection, file->policy, world));
    MUSTER_REPLY_CHECK(observe_health(world, file->policy, selection, host));
    auto plan = make_plan(file->policy, world, selection, host.tool_version);
    plan.policy_path = file->path.string();
    return shown(arguments, std::move(plan));
}

Reply care_for_databases(const Arguments& arguments, const Surroundings& surroundings,
                         std::string_view command, const std::vector<std::string>& written,
                         MaintainSpec care) {
    if (arguments.has("--target"))
        return refuse(ErrorCode::usage, "--target needs a policy",
                      "name the policy instead of databases");
    Policy policy;
    policy.name = command;
    policy.maintain = {{policy.name, std::move(care)}};
    MUSTER_REPLY_TRY(const auto found, databases_at(written));
    for (const auto& each : found.paths) {
        const auto path = real_path(each).string();  // once, whatever its names
        policy.targets[path].sqlite = path;
    }
    const auto host = host_for_looking(arguments, surroundings);
    auto world = observe_databases(policy, host);
    MUSTER_REPLY_CHECK(observe_health(world, policy, {}, host));
    auto plan = make_plan(policy, world, {}, host.tool_version);
    plan.policy_hash.reset();  // nobody wrote a policy
    auto reply = arguments.has("--dry-run") ? shown(arguments, std::move(plan))
                                            : run_directly(arguments, surroundings, plan);
    if (reply)
        for (const auto& note : found.notes) reply->text += fmt::format("note: {}\n", note);
    return reply;
}

}  // namespace muster
