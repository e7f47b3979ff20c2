#include <fmt/format.h>

#include <algorithm>

#include "cli/commands/rows.h"
#include "cli/session.h"
#include "engine/codec/documents.h"
#include "engine/evidence/handoff.h"
#include "reporters/markdown.h"

namespace muster {
namespace {

Reply run_report(const Arguments& arguments, const Surroundings& surroundings) {
    std::optional<PolicyFile> policy;
    if (arguments.has("--markdown"))
        MUSTER_REPLY_CHECK(require_writable("--markdown", arguments.value("--markdown"), '#'));
    if (arguments.has("POLICY")) {
        auto read = policy_of(arguments.value("POLICY"));
        if (!read) return tl::unexpected<Refusal>{read.error()};
        policy = *std::move(read);
    }
    const auto state = state_of(arguments, policy ? &*policy : nullptr);
    MUSTER_REPLY_TRY(auto handoff,
                     make_handoff(state, policy ? std::optional{policy->policy.name} : std::nullopt,
                                  surroundings.host.now()));
    if (policy) {
        handoff.owner = policy->policy.owner.value_or("");
        handoff.policy_changed = handoff.last_run.head.policy_hash != policy->hash;
    }
    Answer answer;
    MUSTER_REPLY_TRY(answer.document, to_document(handoff));
    answer.text = handoff_markdown(handoff);
    if (arguments.has("--markdown")) {
        const auto file = fs::absolute(arguments.value("--markdown"));
        MUSTER_REPLY_CHECK(write_durably(file, answer.text));
        answer.text = fmt::format("wrote {}\n", file.string());
    }
    const bool well = handoff.chain_faults.empty() && !handoff.policy_changed &&
                      std::ranges::all_of(handoff.targets, [&](const auto& each) {
                          return is_well(each, handoff.as_of);
                      });
    if (arguments.has("--fail-if-unwell") && !well) {
        answer.exit_status = exit_status_of(ErrorCode::objective_missed);
        answer.complaint = fmt::format("muster: {}: {} is not well\n  next: muster report\n",
                                       name_of(ErrorCode::objective_missed), handoff.policy_name);
    }
    return answer;
}

}  // namespace

Command report_command() {
    return {
        "report",
        "",
        "the handoff report, from the records alone",
        "Says what is protected, what is proven and until when, objectives against measured, and the commands to restore.\n"
        "Ages are worked out for now, so an old record shows as what it is. With --output its data as JSON.",
        {{"[POLICY]", "the policy; without it the newest record of the state directory counts"}},
        {{"--markdown", "FILE", "write the report to FILE instead of standard output"},
         {"--fail-if-unwell", "",
          "exit 4 when a target is not proven, misses an objective, or the chain is broken"}},
        run_report};
}

}  // namespace muster
