#include <fmt/format.h>

#include "cli/asked_checks.h"
#include "cli/commands/rows.h"
#include "cli/restore_choice.h"
#include "engine/plan/direct_plan.h"

namespace muster {
namespace {

Result<DrillStep> read_drill(const Arguments& arguments, RestoreChoice& choice) {
    DrillStep step;
    step.drill = "restore-drill";
    step.scenario = Scenario::restore_drill;
    step.backup = DrillBackup{choice.step.backup, {}, std::move(choice.step.keys), {}};
    step.checks = std::move(choice.step.checks);
    step.supported_schema = choice.step.supported_schema;
    step.schema_version_sql = SchemaVersionSpec{}.sql;
    if (choice.spec) {
        step.rto = choice.spec->rto;
        if (choice.spec->schema_version) step.schema_version_sql = choice.spec->schema_version->sql;
        if (choice.spec->revision) step.revision_sql = choice.spec->revision->sql;
    }
    MUSTER_TRY(const auto keys, keys_of(arguments, "--key"));
    step.backup->keys.insert(step.backup->keys.end(), keys.begin(), keys.end());
    MUSTER_TRY(const auto checks, checks_of(arguments));
    step.checks.insert(step.checks.end(), checks.begin(), checks.end());
    MUSTER_TRY(const auto supported, supported_schema_of(arguments));
    if (supported) step.supported_schema = supported;
    if (!arguments.has("--rto")) return step;
    step.rto = TextForm<Duration>::parse(arguments.value("--rto"));
    if (step.rto) return step;
    return fail(ErrorCode::usage,
                fmt::format("--rto: '{}' is no duration", arguments.value("--rto")),
                "write it like 5m");
}

Reply run_restore_drill(const Arguments& arguments, const Surroundings& surroundings) {
    auto choice = choose_restore(arguments, surroundings, Purpose::rehearsal);
    if (!choice) return tl::unexpected<Refusal>{choice.error()};
    if (choice->nothing) return *std::move(choice->nothing);
    MUSTER_REPLY_TRY(const auto step, read_drill(arguments, *choice));
    auto plan = direct_plan("restore-drill",
                            {lone_step("restore-drill", choice->target, step, choice->reason)},
                            surroundings.host.now(), surroundings.host.tool_version);
    plan.findings = choice->findings;
    return run_directly(arguments, surroundings, plan, arguments.has("--keep-sandbox"),
                        choice->policy ? &*choice->policy : nullptr);
}

std::vector<Option> restore_drill_options() {
    auto out = choice_options(Purpose::rehearsal);
    for (
        const auto& option : std::initializer_list<Option>{
            check_option,
            expect_option,
            {"--rto", "TIME",
             "objective for the restore, such as 5m; with --policy, the target's own when left out"},
            {"--supported-schema", "N", "a greater schema version is bad"},
            {"--key", "KEY",
             "where a key lies that may open the backup: file:PATH, env:NAME or credential:NAME (may be given again)"},
            {"--keep-sandbox", "", "leave the sandbox, to look into it"}})
        out.push_back(option);
    return out;
}

}  // namespace

Command restore_drill_command() {
    return {
        "restore-drill",
        "",
        "rehearse with a backup: restore it into a sandbox, look through what comes of it, remove it",
        "The backup is inspected and restored like by 'muster restore', into a folder of its own; the result is looked through\n"
        "once more where it lies, asked each --check, and compared with the manifest: every byte, schema version, and with\n"
        "--policy the revision. No database of yours is touched. Exit 0: all of it held. 4: it did not.\n"
        "Examples: muster restore-drill /backups/app.sqlite --check \"SELECT 1 FROM item WHERE name = 'known'\"\n"
        "          muster restore-drill /backups --rto 5m\n"
        "          muster restore-drill --policy policy.yaml finance --before 2026-11-20",
        {{restore_operand, "the artifact; a directory of them; with --policy, a target of it"}},
        restore_drill_options(),
        run_restore_drill};
}

}  // namespace muster
