#include "cli/directory_prune.h"

#include <algorithm>

#include "cli/keep_flags.h"
#include "cli/session.h"
#include "engine/codec/documents.h"
#include "engine/plan/direct_plan.h"
#include "engine/plan/retention_report.h"
#include "engine/run/zone.h"
#include "engine/snapshot/list.h"
#include "reporters/retention_table.h"

namespace muster {
namespace {

struct Question {
    DirectoryRules rules;
    Zone zone;
    LocalStore store;
};

Result<Question> question_of(const Arguments& arguments) {
    using std::chrono::year;
    MUSTER_TRY(const auto keep, keep_of(arguments));
    auto zone =
        read_zone(arguments.value("--timezone", "UTC"), std::chrono::sys_days{year{1990} / 1 / 1},
                  std::chrono::sys_days{year{2060} / 1 / 1});
    if (!zone && zone.error().code == ErrorCode::invalid_policy)
        return fail(ErrorCode::usage, "--timezone: " + zone.error().message, zone.error().hint);
    if (!zone) return Failure(zone.error());
    return Question{{keep, arguments.has("--proven")},
                    *std::move(zone),
                    LocalStore{fs::absolute(arguments.value("POLICY|DIR")).lexically_normal()}};
}

/// What lies there now, with what the records tell of it.
Result<RetentionReport> look(const Question& question, const StateFolder& state, Time now) {
    MUSTER_TRY(auto world, observe_directory(question.store.root(), state, now));
    world.zone = question.zone;
    auto report = retention_report(question.rules, world);
    report.directory = question.store.root().string();
    MUSTER_TRY(report.other_files, files_of_others(question.store, world.snapshots));
    return report;
}

/// What Run::mend wants to know of a directory.
PolicyFile policy_of_directory(const LocalStore& store) {
    PolicyFile out;
    out.policy.stores[std::string{directory_store}].local = store.root().string();
    out.path = store.root();
    return out;
}

Reply carry_out(const Question& question, const Arguments& arguments,
                const Surroundings& surroundings) {
    const auto state = state_of(arguments, nullptr);
    Host host = surroundings.host;
    host.scratch = state.scratch();
    ExecuteOptions options;
    MUSTER_REPLY_TRY(options.lease_wait, lease_wait_of(arguments));
    MUSTER_REPLY_TRY(auto run, Run::begin(state, head_of(surroundings, "prune", nullptr), host,
                                          surroundings.watcher));
    if (const auto mended = run.mend(policy_of_directory(question.store)); !mended)
        return refuse(run.give_up(mended.error()));
    const auto report = look(question, state, host.now());
    if (!report) return refuse(run.give_up(report.error()));
    const auto plan = direct_plan("prune", prune_steps(*report, question.store.root().string()),
                                  host.now(), host.tool_version);
    MUSTER_REPLY_CHECK(run.execute(plan, options));
    MUSTER_REPLY_TRY(const auto stored, run.end(plan, nullptr, std::nullopt));
    auto answer = answer_with(stored);
    if (answer) answer->text += other_files_line(*report);
    return answer;
}

}  // namespace

const std::vector<Option>& directory_options() {
    static const std::vector<Option> options{
        {"--timezone", "ZONE",
         "DIR: zone of hours, days, weeks, months and years; UTC when left out"},
        {"--proven", "", "DIR: only snapshots that a record in the state directory proves count"}};
    return options;
}

Reply prune_directory(const Arguments& arguments, const Surroundings& surroundings) {
    MUSTER_REPLY_TRY(const auto question, question_of(arguments));
    if (!arguments.has("--dry-run")) return carry_out(question, arguments, surroundings);
    MUSTER_REPLY_TRY(const auto report,
                     look(question, state_of(arguments, nullptr), surroundings.host.now()));
    Answer answer;
    MUSTER_REPLY_TRY(answer.document, to_document(report));
    answer.text = retention_table(report);
    return answer;
}

}  // namespace muster
