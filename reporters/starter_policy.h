// The policy that `init` writes, and what it says on the terminal.
#pragma once

#include <string>

#include "engine/model/init_report.h"

namespace muster {

/// A commented policy for the targets of `report`, which has at least one and holds only UTF-8. It
/// is valid YAML, whatever the names of the files are.
std::string starter_policy(const InitReport& report);

/// What was found and written, and the next commands.
std::string init_text(const InitReport& report);

}  // namespace muster
