// The row of each command; its file defines it.
#pragma once

#include "cli/command.h"

namespace muster {

Command init_command();
Command validate_command();
Command plan_command();
Command apply_command();
Command backup_command();
Command inspect_command();
Command verify_command();
Command doctor_command();
Command compact_command();
Command compact_recommended_command();
Command repair_safe_command();
Command restore_command();
Command drill_command();
Command prune_command();
Command pin_command();
Command unpin_command();
Command restore_drill_command();
Command restore_smoke_command();
Command snapshots_command();
Command report_command();
Command schedule_command();
Command schema_command();
Command version_command();

}  // namespace muster
