#include <fmt/format.h>

#include "cli/asked_checks.h"
#include "cli/commands/rows.h"
#include "cli/session.h"
#include "engine/codec/documents.h"
#include "engine/snapshot/inspect.h"
#include "reporters/terminal.h"

namespace muster {
namespace {

Reply run_inspect(const Arguments& arguments, const Surroundings& surroundings) {
    InspectOptions options;
    MUSTER_REPLY_TRY(const auto depth, depth_of(arguments, "--depth"));
    options.depth = depth;
    MUSTER_REPLY_TRY(options.supported_schema, supported_schema_of(arguments));
    MUSTER_REPLY_TRY(options.keys, keys_of(arguments, "--key"));
    MUSTER_REPLY_TRY(options.checks, checks_of(arguments));
    MUSTER_REPLY_CHECK(require_opened(options.checks, depth));
    const auto backup = fs::absolute(arguments.value("BACKUP")).lexically_normal();
    MUSTER_REPLY_TRY(const auto seen,
                     inspect_backup(backup, options, host_for_looking(arguments, surroundings)));
    Answer answer;
    MUSTER_REPLY_TRY(answer.document, to_document(seen));
    answer.text = inspection_text(seen);
    if (const auto may = require_restorable(seen); !may) {
        answer.exit_status = exit_status_of(may.error().code);
        answer.complaint = complaint_text(may.error());
    }
    return answer;
}

}  // namespace

Command inspect_command() {
    return {
        "inspect",
        "inspect-backup",
        "look into one backup before it is restored; changes nothing",
        "Compares it with its manifest, opens it, checks every page and (depth full) claims each exactly once.\n"
        "Exit 0: it may be restored. 4: damaged. 7: refused, such as manifest_mismatch or newer_schema.",
        {{"BACKUP", "the artifact; its manifest lies beside it"}},
        {{"--depth", "DEPTH", "checksum, quick, full (the default) or deep"},
         {"--key", "KEY",
          "where a key lies that may open it: file:PATH, env:NAME or credential:NAME (may be given again)"},
         check_option,
         expect_option,
         {"--supported-schema", "N", "refuse a backup whose schema version is greater"}},
        run_inspect};
}

}  // namespace muster
