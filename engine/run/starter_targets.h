// From databases that were found to the targets of a starter policy.
#pragma once

#include <string>
#include <vector>

#include "engine/base/file.h"
#include "engine/model/init_report.h"

namespace muster {

struct StarterTargets {
    std::vector<StarterTarget> targets;
    std::vector<std::string> notes;  ///< what no policy can name, and what to do about it
};

/// One target for each database, named after its file; one with a pattern for a folder that holds
/// four or more with one extension and nothing else that has it. Names are good and unique; paths
/// lead from `from` to `folder`, where the databases lie.
StarterTargets starter_targets(const std::vector<FoundDatabase>& databases, const fs::path& folder,
                               const fs::path& from);

}  // namespace muster
