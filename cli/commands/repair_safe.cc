#include <algorithm>

#include "cli/care_run.h"
#include "cli/commands/rows.h"

namespace muster {
namespace {

std::vector<Option> repair_options() {
    auto out = care_options();
    out.push_back({"--limit", "N", "at most N databases in this run; the rest is deferred"});
    out.push_back(
        {"--verify-blobs", "",
         "before, read every payload that a check names: a wrong one blocks its database"});
    return out;
}

Reply run_repair(const Arguments& arguments, const Surroundings& surroundings) {
    MaintainSpec care;
    care.repair = RepairMode::safe;
    care.verify_blobs = arguments.has("--verify-blobs");
    MUSTER_REPLY_TRY(const auto limit, count_of(arguments, "--limit"));
    auto reply = care_for_targets(arguments, surroundings, "repair-safe", arguments.value("POLICY"),
                                  std::move(care), limit);
    if (!reply) return reply;
    const auto file = policy_of(arguments.value("POLICY"));
    const auto repairs = [](const auto& target) {
        return std::ranges::any_of(target.second.checks, is_repairable);
    };
    if (file && std::ranges::none_of(file->policy.targets, repairs))
        reply->text += "note: no check of this policy has a safe repair, so none is ever made\n";
    return reply;
}

}  // namespace

Command repair_safe_command() {
    return {
        "repair-safe",
        "",
        "put right what a policy's checks find and declares safe to repair",
        "A check with 'repair: {safe: true, sql: …}' that fails is repaired: a snapshot of the database is taken beside it, the statement\n"
        "runs in one transaction, and is rolled back unless its check holds then and no other one fails that held. Before, all of it is rehearsed\n"
        "on a copy, so that --dry-run names the rows. A database with any other error is blocked.\n"
        "Exit 0: what was planned is done; also a dry run. 3: some are blocked or failed. 4: the same, and none was repaired.\n"
        "Example: muster repair-safe policy.yaml --dry-run",
        {{"POLICY", "the policy file"}},
        repair_options(),
        run_repair};
}

}  // namespace muster
