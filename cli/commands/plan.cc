#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "cli/commands/rows.h"
#include "cli/selection.h"
#include "cli/session.h"
#include "engine/codec/documents.h"
#include "engine/plan/judge.h"
#include "engine/plan/make_plan.h"
#include "reporters/plan_markdown.h"
#include "reporters/terminal.h"

namespace muster {
namespace {

std::vector<Option> plan_options() {
    auto out = selection_options();
    out.push_back({"--out", "FILE", "write the plan to FILE, for 'muster apply FILE'"});
    out.push_back(
        {"--strict-plan", "",
         "exit 5 when anything is blocked, filtered or deferred (strictness.plan narrows it)"});
    out.push_back({"--markdown", "", "print the plan as Markdown, for a review or a ticket"});
    out.push_back({"--detailed-exitcode", "", "exit 2 when there is work to do"});
    out.push_back({"--now", "TIME", "plan as if it were TIME (UTC, 2026-11-20T10:15:00Z)"});
    return out;
}

Reply run_plan(const Arguments& arguments, const Surroundings& surroundings) {
    const auto file = policy_of(arguments.value("POLICY"));
    if (!file) return tl::unexpected<Refusal>{file.error()};
    Host host = host_for_looking(arguments, surroundings, &*file);
    if (arguments.has("--out"))
        MUSTER_REPLY_CHECK(require_writable("--out", arguments.value("--out"), '{'));
    if (arguments.has("--now") && arguments.has("--out"))
        return refuse(
            ErrorCode::usage,
            "--out does not go with --now: a plan for another time must not be carried out",
            "leave one of them out");
    if (arguments.has("--now")) {
        const auto now = TextForm<Time>::parse(arguments.value("--now"));
        if (!now)
            return refuse(ErrorCode::usage,
                          fmt::format("--now: '{}' is no UTC time", arguments.value("--now")),
                          "write it like 2026-11-20T10:15:00Z");
        host.now = [now] { return *now; };
    }
    const auto state = state_of(arguments, &*file);
    MUSTER_REPLY_TRY(const auto selection, selection_of(arguments));
    MUSTER_REPLY_TRY(auto observation, observe(*file, state, host));
    MUSTER_REPLY_CHECK(require_known(selection, file->policy, observation));
    MUSTER_REPLY_CHECK(observe_health(observation, file->policy, selection, host));

    const auto made =
        std::make_shared<Plan>(make_plan(file->policy, observation, selection, host.tool_version));
    auto& plan = *made;
    plan.policy_path = file->path.string();
    plan.hypothetical = arguments.has("--now");
    plan.findings = judge(file->policy, observation);
    std::erase_if(plan.findings,
                  [](const auto& finding) { return finding.verdict == Verdict::good; });
    Answer answer;
    answer.document =
        JsonDocument{[made](const Sink& sink) { return stream_document(*made, sink); }};
    answer.text = arguments.has("--markdown") ? plan_markdown(plan) : plan_text(plan);
    const bool work = std::ranges::any_of(
        plan.steps, [](const auto& step) { return step.bucket == Bucket::planned; });
    if (arguments.has("--out")) {
        const auto out = fs::absolute(arguments.value("--out"));
        MUSTER_REPLY_CHECK(
            write_durably(out, [&](const Sink& sink) { return answer.document.write_to(sink); }));
        answer.text += fmt::format("Carry it out with: muster apply {}\n", out.string());
    } else if (selection == Selection{} && !arguments.has("--now") &&
               !arguments.has("--markdown")) {
        answer.text +=
            work ? fmt::format("Carry it out with: muster apply {}\n", arguments.value("POLICY"))
                 : "There is nothing to do now.\n";
    }
    if (arguments.has("--detailed-exitcode") && work) answer.exit_status = 2;
    hold_to_strictness(arguments, plan, answer);
    return answer;
}

}  // namespace

Command plan_command() {
    return {"plan",
            "",
            "what apply would do, and why; changes nothing",
            "Example: muster plan policy.yaml --out plan.json && muster apply plan.json",
            {{"POLICY", "the policy file"}},
            plan_options(),
            run_plan};
}

}  // namespace muster
