#include "cli/policy_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "cli/selection.h"
#include "engine/codec/documents.h"
#include "engine/evidence/handoff.h"
#include "engine/plan/make_plan.h"
#include "engine/plan/secrets.h"
#include "engine/plan/serial.h"
#include "reporters/markdown.h"
#include "reporters/terminal.h"

namespace muster {
namespace {

/// Writes the reports that the policy asks for; one line for each, in the text of the answer.
Result<std::string> write_reports(const PolicyFile& policy, const StateFolder& state, Time now) {
    const auto& markdown = policy.policy.reports.handoff.markdown;
    if (!markdown) return std::string{};
    MUSTER_TRY(auto handoff, make_handoff(state, policy.policy.name, now));
    handoff.owner = policy.policy.owner.value_or("");
    const auto file = policy.resolve(*markdown);
    auto written = write_durably(file, handoff_markdown(handoff), 0600);
    if (!written) return Failure(written.error().during("writing the handoff report"));
    return fmt::format("{:>13}report {}\n", "", file.string());
}

/// One policy run under way.
struct Work {
    const Arguments& arguments;
    const PolicyFile& policy;
    StateFolder state;
    Host host;
    ExecuteOptions options;
    Run run;
    Observation before;

    Reply carry_out(const Plan& plan, const std::optional<Error>& failure) {
        run.head().plan_serial = plan.serial;
        if (!failure) MUSTER_REPLY_CHECK(run.execute(plan, options));
        const auto ending = failure ? failure : strict_failure(arguments, plan, run);
        MUSTER_REPLY_TRY(const auto stored,
                         run.end(failure ? Plan{} : plan, &policy, before, ending));
        auto answer = answer_with(stored);
        const auto reported = write_reports(policy, state, host.now());
        if (answer && reported) answer->text += *reported;
        if (answer && !reported) {
            answer->text += fmt::format("FAILED      {}\n", reported.error().text());
            answer->exit_status =
                worst_exit_status(answer->exit_status, exit_status_of(reported.error().code));
        }
        return answer;
    }
};

tl::expected<Work, Refusal> begin(const Arguments& arguments, const Surroundings& surroundings,
                                  const PolicyFile& policy, const Selection& selection,
                                  const std::optional<Sha256>& plan_file) {
    if (const auto& markdown = policy.policy.reports.handoff.markdown)
        MUSTER_REPLY_CHECK(
            require_replaceable("reports.handoff.markdown", policy.resolve(*markdown), '#'));
    const auto state = state_of(arguments, &policy);
    Host host = surroundings.host;
    host.scratch = state.scratch();
    host.secret_variables = secret_variables_of(policy.policy);
    ExecuteOptions options;
    options.keep_sandbox = arguments.has("--keep-sandbox");
    MUSTER_REPLY_TRY(options.lease_wait, lease_wait_of(arguments));
    auto head = head_of(surroundings, policy.policy.name, &policy);
    head.plan_sha256 = plan_file;
    MUSTER_REPLY_TRY(auto run, Run::begin(state, std::move(head), host, surroundings.watcher));
    if (const auto mended = run.mend(policy); !mended) return refuse(run.give_up(mended.error()));
    auto before = observe(policy, state, host);
    if (!before) return refuse(run.give_up(before.error()));
    if (const auto seen = observe_health(*before, policy.policy, selection, host); !seen)
        return refuse(run.give_up(seen.error()));
    // This run's own journal is alive, so it is not among the unfinished ones.
    return Work{
        arguments,         policy, state, std::move(host), std::move(options), std::move(run),
        *std::move(before)};
}

Result<> require_unused(const StateFolder& state, const Sha256& plan_file) {
    MUSTER_TRY(const auto chain, read_chain(state));
    for (const auto& link : chain.links)
        if (link.record.head.plan_sha256 == plan_file && link.record.head.plan_serial &&
            !link.record.outcomes.empty())
            return fail(ErrorCode::plan_used,
                        fmt::format("this plan was applied before, at {}",
                                    format_time(link.record.head.started_at)),
                        "a plan is used once: make a new one with 'muster plan'");
    return {};
}

/// What a plan file says beyond its policy: the same facts, at the time it was made, must give the
/// same steps. Otherwise somebody changed what was read and agreed to.
std::vector<std::string> foreign_steps(const Plan& plan, const PolicyFile& policy,
                                       Observation facts, std::string_view tool_version) {
    facts.now = plan.created_at;
    // A database that has grown meanwhile is still the same one.
    std::unordered_map<std::string_view, Bytes> sizes;
    for (const auto& step : plan.steps)
        if (std::holds_alternative<SnapshotStep>(step.action)) sizes[step.target] = step.bytes;
    for (auto& target : facts.targets)
        if (const auto size = sizes.find(target.id); size != sizes.end())
            target.bytes = size->second;
    const auto given = make_plan(policy.policy, facts, plan.selection, tool_version);
    const auto planned_by_id = [](const Plan& where) {
        std::unordered_map<std::string_view, const Step*> out;
        for (const auto& step : where.steps)
            if (step.bucket == Bucket::planned) out.emplace(step.id, &step);
        return out;
    };
    const auto planned_in = [](const auto& steps, const Step& step) {
        const auto found = steps.find(step.id);
        return found != steps.end() && found->second->target == step.target &&
               found->second->needs == step.needs && found->second->action == step.action;
    };
    const auto here = planned_by_id(plan), wanted = planned_by_id(given);
    std::vector<std::string> out;
    if (plan.strictness != given.strictness) out.emplace_back("its strictness is not the policy's");
    for (const auto& step : plan.steps)
        if (step.bucket == Bucket::planned && !planned_in(wanted, step))
            out.push_back(fmt::format("the policy does not give its step {}", step.id));
    for (const auto& step : given.steps)
        if (step.bucket == Bucket::planned && !planned_in(here, step))
            out.push_back(fmt::format("the policy also gives the step {}", step.id));
    return out;
}

/// Why the plan cannot be carried out now, by the facts; nothing when it can.
std::optional<Error> staleness(const Plan& plan, const PolicyFile& policy, const Observation& facts,
                               std::string_view tool_version) {
    const auto fresh = make_plan(policy.policy, facts, plan.selection, tool_version);
    auto changed = differences(plan.assumptions, fresh.assumptions);
    if (changed.empty()) changed = foreign_steps(plan, policy, facts, tool_version);
    if (changed.empty()) return std::nullopt;
    return Error{ErrorCode::stale_plan,
                 fmt::format("the plan is stale: {}", fmt::join(changed, "; ")),
                 "make a new one with 'muster plan', and read it",
                 {}};
}

/// Names that the policy does not know are refused before anything is written.
Result<> require_known_first(const Selection& selection, const PolicyFile& policy,
                             const StateFolder& state, Host host) {
    if (selection.targets.empty() && selection.only.empty() && selection.jobs.empty()) return {};
    host.scratch = state.scratch();
    MUSTER_TRY(const auto facts, observe(policy, state, host));
    return require_known(selection, policy.policy, facts);
}

}  // namespace

Reply run_policy(const Arguments& arguments, const Surroundings& surroundings,
                 const PolicyFile& policy, const Selection& selection) {
    MUSTER_REPLY_CHECK(
        require_known_first(selection, policy, state_of(arguments, &policy), surroundings.host));
    auto work = begin(arguments, surroundings, policy, selection, std::nullopt);
    if (!work) return tl::unexpected<Refusal>{work.error()};
    const auto plan =
        make_plan(policy.policy, work->before, selection, surroundings.host.tool_version);
    return work->carry_out(plan, refusal_of(arguments, plan));
}

Reply run_plan_file(const Arguments& arguments, const Surroundings& surroundings,
                    const std::string& path, const std::string& text) {
    for (const auto* flag :
         {"--target", "--only", "--job", "--limit", "--shard", "--ignore-schedule"})
        if (arguments.has(flag))
            return refuse(
                ErrorCode::usage,
                fmt::format("{} does not go with a plan: it is carried out as it was read", flag),
                "give it to 'muster plan'");
    auto loaded = from_json<Plan>(text, path);
    if (!loaded.value)
        return refuse(Error{ErrorCode::invalid_policy,
                            fmt::format("{} is no plan that this version can read", path),
                            "make a new one with 'muster plan'",
                            {}},
                      std::move(loaded.problems));
    const auto& plan = *loaded.value;
    if (plan.hypothetical || plan.created_at > surroundings.host.now())
        return refuse(
            ErrorCode::stale_plan,
            fmt::format("{} was made for another time ({})", path, format_time(plan.created_at)),
            "make one for now with 'muster plan'");
    if (serial_of(plan.assumptions) != plan.serial)
        return refuse(
            ErrorCode::stale_plan,
            fmt::format("{} was changed after it was made: its serial does not fit its assumptions",
                        path),
            "make a new one with 'muster plan'");
    const auto policy = policy_of(plan.policy_path);
    if (!policy) return tl::unexpected<Refusal>{policy.error()};
    const auto file_hash = sha256_of(text);
    const auto state = state_of(arguments, &*policy);
    MUSTER_REPLY_CHECK(require_unused(state, file_hash));
    if (arguments.has("--dry-run")) {
        Host host = surroundings.host;
        host.scratch = state.scratch();
        MUSTER_REPLY_TRY(auto facts, observe(*policy, state, host));
        MUSTER_REPLY_CHECK(observe_health(facts, policy->policy, plan.selection, host));
        if (const auto stale = staleness(plan, *policy, facts, host.tool_version))
            return refuse(*stale);
        if (const auto refused = refusal_of(arguments, plan)) return refuse(*refused);
        return Answer{plan_text(plan), text};
    }

    auto work = begin(arguments, surroundings, *policy, plan.selection, file_hash);
    if (!work) return tl::unexpected<Refusal>{work.error()};
    auto failure = staleness(plan, *policy, work->before, surroundings.host.tool_version);
    if (!failure) failure = refusal_of(arguments, plan);
    return work->carry_out(plan, failure);
}

}  // namespace muster
