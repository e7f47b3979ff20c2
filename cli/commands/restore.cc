#include <fmt/format.h>

#include "cli/asked_checks.h"
#include "cli/commands/rows.h"
#include "cli/restore_choice.h"
#include "cli/restore_command.h"
#include "cli/restore_place.h"
#include "engine/codec/documents.h"
#include "engine/model/command_line.h"
#include "engine/plan/direct_plan.h"
#include "engine/plan/make_plan.h"
#include "engine/plan/pick_snapshot.h"
#include "engine/plan/secrets.h"
#include "engine/snapshot/inspect.h"
#include "engine/snapshot/preflight.h"
#include "reporters/terminal.h"

namespace muster {
namespace {

/// The plan with what stands in the way of it now, if anything.
Reply dry_run(Plan plan, const RestoreChoice& choice, const Arguments& arguments,
              const Surroundings& surroundings) {
    const auto& step = choice.step;
    auto host = host_for_looking(arguments, surroundings);
    if (choice.policy) host.secret_variables = secret_variables_of(choice.policy->policy);
    InspectOptions options;
    options.depth = step.verify ? Depth::full : Depth::checksum;
    options.supported_schema = step.supported_schema;
    options.keys = step.keys;
    options.checks = step.checks;
    MUSTER_REPLY_TRY(const auto seen, inspect_backup(step.backup, options, host));
    auto may = require_restorable(seen);
    if (may) may = check_restore(step);
    Answer answer;
    if (!may) {
        plan.steps.front().bucket = Bucket::blocked;
        plan.steps.front().reason = {std::string{name_of(may.error().code)}, may.error().text()};
        answer.exit_status = exit_status_of(may.error().code);
        answer.complaint = complaint_text(may.error());
    }
    plan.steps.front().bytes = seen.bytes;
    add_up(plan);
    plan.findings.insert(plan.findings.end(), seen.findings.begin(), seen.findings.end());
    if (auto holders = warn_of_holders(step)) {
        if (step.service && !step.service->left_alone) {
            holders->severity = Severity::info;
            holders->next = "the service is stopped first, and then it is looked again";
        }
        plan.findings.push_back(*std::move(holders));
    }
    MUSTER_REPLY_TRY(answer.document, to_document(plan));
    answer.text = plan_text(plan);
    return answer;
}

/// What was picked, for the eye; the record has it among its findings.
std::string pick_lines(const RestoreChoice& choice) {
    std::string out;
    for (const auto& finding : choice.findings)
        if (finding.code == "pick")
            out += fmt::format("picked      {}\n{:<12}{}\n", finding.subject, "", finding.reason);
    return out;
}

/// Never taken in silence: an older snapshot is another database.
void name_next(Answer& answer, const RestoreChoice& choice, const Arguments& arguments) {
    const bool refused = answer.exit_status == exit_status_of(ErrorCode::damaged) ||
                         answer.exit_status == exit_status_of(ErrorCode::manifest_mismatch) ||
                         answer.exit_status == exit_status_of(ErrorCode::rolled_back);
    // Where the target stands in the way, it does so for any backup.
    if (!choice.next || !refused || !check_restore(choice.step)) return;
    const auto hint = fmt::format(
        "  the next older snapshot is {}, {}; to restore that one:\n    {}\n", choice.next->path,
        age_and_proof(*choice.next), command_line(argv_for(*choice.next, arguments)));
    answer.text += hint;
    answer.complaint += hint;
}

Reply run_restore(const Arguments& arguments, const Surroundings& surroundings) {
    auto choice = choose_restore(arguments, surroundings);
    if (!choice) return tl::unexpected<Refusal>{choice.error()};
    if (choice->nothing) return *choice->nothing;
    auto& step = choice->step;
    step.force = arguments.has("--force");
    step.verify = !arguments.has("--no-verify");
    step.in_place = arguments.has("--in-place");
    MUSTER_REPLY_TRY(const auto keys, keys_of(arguments, "--key"));
    step.keys.insert(step.keys.end(), keys.begin(), keys.end());
    if (step.service) {
        withhold(keys, *step.service);
        step.service->left_alone = arguments.has("--no-service");
    }
    MUSTER_REPLY_TRY(const auto checks, checks_of(arguments));
    if (!checks.empty() && !step.verify)
        return refuse(ErrorCode::usage, "--check does not go with --no-verify",
                      "leave one of them out");
    step.checks.insert(step.checks.end(), checks.begin(), checks.end());
    MUSTER_REPLY_TRY(const auto supported, supported_schema_of(arguments));
    if (supported) step.supported_schema = supported;
    if (arguments.has("--safety-dir"))
        step.safety_dir = fs::absolute(arguments.value("--safety-dir")).lexically_normal().string();
    step.safety_suffix = arguments.value("--safety-suffix", step.safety_suffix);
    if (step.safety_suffix.empty() || step.safety_suffix.find('/') != std::string::npos)
        return refuse(
            ErrorCode::usage,
            fmt::format("--safety-suffix: '{}' is no ending of a file name", step.safety_suffix),
            "write it like pre-restore-{epoch}");
    auto plan = direct_plan("restore", {lone_step("restore", choice->target, step, choice->reason)},
                            surroundings.host.now(), surroundings.host.tool_version);
    plan.findings = choice->findings;
    if (choice->next)
        plan.next_older = OtherBackup{choice->next->path, argv_for(*choice->next, arguments)};
    const bool dry = arguments.has("--dry-run");
    auto answer = dry ? dry_run(std::move(plan), *choice, arguments, surroundings)
                      : run_directly(arguments, surroundings, plan, false,
                                     choice->policy ? &*choice->policy : nullptr);
    if (answer && !dry) answer->text = pick_lines(*choice) + answer->text;
    if (answer) name_next(*answer, *choice, arguments);
    return answer;
}

std::vector<Option> restore_options() {
    std::vector<Option> out{{"--to", "TARGET", "the database to be"}};
    for (const auto& option : choice_options(Purpose::restore)) out.push_back(option);
    for (
        const auto& option : std::initializer_list<Option>{
            {"--force", "",
             "replace an existing database; where no snapshot has a valid proof, restore one without, also against strictness.unproven_restore"},
            {"--dry-run", "", "look at the backup and at the target, and say what would happen"},
            {"--no-verify", "",
             "compare the checksum only; do not look into the backup or at the result"},
            check_option,
            expect_option,
            {"--supported-schema", "N", "refuse a backup whose schema version is greater"},
            {"--safety-dir", "DIR",
             "where the snapshot of the existing database goes; beside it when left out"},
            {"--safety-suffix", "SUFFIX",
             "its name is TARGET.SUFFIX, with {timestamp} or {epoch} filled in; pre-restore-{timestamp}.sqlite3 when left out"},
            {"--in-place", "",
             "write the backup's pages into the existing file, in one transaction: processes that have it open see it; without a log only pages that differ; in WAL mode the page size must be the same"},
            {"--no-service", "",
             "neither stop nor start the service that the policy names for the target"},
            {"--key", "KEY",
             "where a key lies that may open the backup: file:PATH, env:NAME or credential:NAME (may be given again)"},
            {"--lock-wait", "TIME",
             "wait that long for another run on the same database; 0s when left out"}})
        out.push_back(option);
    return out;
}

}  // namespace

Command restore_command() {
    return {
        "restore",
        "",
        "put a backup, or the latest of several, in the place of a database, with a way back",
        "The backup is inspected, a database that is there is first snapshotted to TARGET.pre-restore-TIME.sqlite3,\n"
        "the backup is swapped in so that no left-over -wal or -journal can touch it, and the result is looked at; when\n"
        "that fails the former database comes back. Stop the application first: --force also goes past processes\n"
        "that hold the database, and they go on with the former file. Where the policy names the target's service, and the\n"
        "target's own place is restored to, it is stopped once the backup is staged and found good, and started when the\n"
        "database is whole again; where it does not get healthy, the former database comes back.\n"
        "Each --check, and each check of the policy, is asked of the decoded file before it takes the place of anything,\n"
        "and again at its place: where one fails, nothing has changed, or the former database comes back.\n"
        "Of a directory or a target the latest snapshot is picked; those known to be bad are passed over and named.\n"
        "Examples: muster restore /backups/app.sqlite --to /srv/app/app.db --force\n"
        "          muster restore /backups/app.sqlite --to new.db --check 'SELECT count(*) FROM orders' --expect '>= 1'\n"
        "          muster restore /backups --before 2026-11-20 --to /srv/app/app.db --dry-run\n"
        "          muster restore --policy policy.yaml finance --from near --force",
        {{restore_operand, "the artifact; a directory of them; with --policy, a target of it"}},
        restore_options(),
        run_restore};
}

}  // namespace muster
