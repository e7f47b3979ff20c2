#include "cli/command.h"
#include "cli/commands/rows.h"

namespace muster {

const std::vector<Command>& commands() {
    static const std::vector<Command> table{init_command(),          validate_command(),
                                            plan_command(),          apply_command(),
                                            backup_command(),        inspect_command(),
                                            verify_command(),        doctor_command(),
                                            compact_command(),       compact_recommended_command(),
                                            repair_safe_command(),   restore_command(),
                                            snapshots_command(),     prune_command(),
                                            pin_command(),           unpin_command(),
                                            drill_command(),         restore_drill_command(),
                                            restore_smoke_command(), schedule_command(),
                                            report_command(),        schema_command(),
                                            version_command()};
    return table;
}

const std::vector<Option>& common_options() {
    static const std::vector<Option> table{
        {"--output", "FILE",
         "write the command's JSON artifact to FILE; it passes its JSON Schema (muster schema --list)"},
        {"--json", "", "print that artifact on standard output instead of text"},
        {"--quiet", "", "print nothing but errors"},
        {"--color", "WHEN",
         "auto, always or never; auto colours a terminal unless NO_COLOR is set"},
        {"--progress", "WHEN",
         "auto or never; auto draws a bar with rate and time left on a terminal for work over a second"},
        {"--log-level", "LEVEL",
         "error, warning (what dead runs left behind) or info (every step); on standard error"},
        {"--log-format", "FORMAT", "text or json (one journal event a line)"},
        {"--events", "FILE",
         "write each journal event to FILE as it happens, one line of JSON each; also the acts of a rehearsal"},
        {"--state", "DIR",
         "where journals and records go; else the policy's audit.state, else $XDG_STATE_HOME/muster, as root /var/lib/muster"}};
    return table;
}

}  // namespace muster
