// The command that restores another snapshot than the one that was picked.
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"
#include "engine/model/snapshot_list.h"

namespace muster {

/// What was typed, in its order, with this snapshot in the place of whatever chose one.
std::vector<std::string> argv_for(const ListedSnapshot& snapshot, const Arguments& arguments);

}  // namespace muster
