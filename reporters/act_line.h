// One line for an act of a rehearsal.
#pragma once

#include <string>

#include "engine/model/outcome.h"

namespace muster {

/// "  ok         restore                 12 ms  53 MiB in 11 ms".
std::string act_line(const DrilledStep& act);

}  // namespace muster
