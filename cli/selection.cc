#include "cli/selection.h"

#include <fmt/format.h>

#include "cli/session.h"
#include "engine/plan/make_plan.h"

namespace muster {

std::vector<Option> selection_options() {
    return {
        {"--target", "NAME", "only this target (may be given again)"},
        {"--only", "KIND",
         "only steps of this kind: snapshot, verify, prune, compact, repair or drill (may be given again)"},
        {"--job", "NAME",
         "only this entry of the policy, such as protect.finance (may be given again)"},
        {"--limit", "N",
         "at most N targets in this run, in the order of the plan; the rest are deferred"},
        {"--shard", "I/N",
         "only part I of N of the targets; each target is in one part, always the same"},
        {"--ignore-schedule", "", "also what is not due yet"}};
}

Result<Selection> selection_of(const Arguments& arguments) {
    Selection selection;
    selection.targets = arguments.all("--target");
    selection.only = arguments.all("--only");
    selection.jobs = arguments.all("--job");
    selection.ignore_schedule = arguments.has("--ignore-schedule");
    if (arguments.has("--shard")) {
        selection.shard = TextForm<Shard>::parse(arguments.value("--shard"));
        if (!selection.shard)
            return fail(
                ErrorCode::usage,
                fmt::format("--shard: '{}' is no part of a fleet", arguments.value("--shard")),
                "write it like 2/8: the second of eight parts");
    }
    MUSTER_TRY(selection.limit, count_of(arguments, "--limit"));
    return selection;
}

Result<> require_known(const Selection& selection, const Policy& policy,
                       const Observation& observation) {
    const auto unknown = unknown_names(selection, policy, observation);
    if (unknown.empty()) return {};
    std::vector<std::string> known;
    for (const auto& target : observation.targets) known.push_back(target.id);
    return fail(ErrorCode::usage, fmt::format("{}", fmt::join(unknown, "; ")),
                selection.targets.empty()
                    ? "choose among these"
                    : fmt::format("the policy's targets are: {}", fmt::join(known, ", ")));
}

}  // namespace muster
