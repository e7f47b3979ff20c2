#include <fmt/format.h>

#include "cli/commands/rows.h"
#include "cli/session.h"
#include "engine/codec/documents.h"
#include "engine/model/problem_report.h"

namespace muster {
namespace {

Reply run_validate(const Arguments& arguments, const Surroundings&) {
    const auto path = arguments.value("POLICY");
    MUSTER_REPLY_TRY(const auto loaded, read_policy(path));
    ProblemReport report;
    report.file = path;
    report.valid = loaded.policy.has_value();
    report.problems = loaded.problems;
    Answer answer;
    MUSTER_REPLY_TRY(answer.document, to_document(report));
    for (const auto& problem : report.problems) answer.text += text_with_line(problem);
    if (report.valid) {
        const auto& policy = *loaded.policy;
        answer.text =
            fmt::format("{} is valid; targets: {}, stores: {}, drills: {}\n", path,
                        policy.targets.size(), policy.stores.size(), policy.drills.size());
        if (arguments.has("--print")) {
            answer.text = print_policy(loaded);
            MUSTER_REPLY_TRY(answer.document, to_document(policy));
        }
    } else {
        answer.text += fmt::format("{} has {} problem{}\n", path, report.problems.size(),
                                   report.problems.size() == 1 ? "" : "s");
        answer.exit_status = exit_status_of(ErrorCode::invalid_policy);
        answer.complaint = answer.text;
    }
    return answer;
}

}  // namespace

Command validate_command() {
    return {
        "validate",
        "",
        "all problems of a policy, with file, line and column",
        "Reads the policy only: whether its databases and stores are there is what 'muster plan' says.",
        {{"POLICY", "the policy file"}},
        {{"--print", "",
          "print the policy as muster understands it: every file joined, every variable and default filled in, each value with the place it comes from; as JSON with --json"}},
        run_validate};
}

}  // namespace muster
