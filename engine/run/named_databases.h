// The databases that a target of a policy names.
#pragma once

#include <string>
#include <vector>

#include "engine/base/file.h"

namespace muster {

/// Whether a policy's path stands for all files that match it.
bool is_glob(const std::string& written);

/// Every database that matches, sorted: sidecars and snapshots (files with a manifest) are none,
/// and one that a killed restore has moved aside and not yet replaced is one.
std::vector<fs::path> databases_matching(const fs::path& pattern);

}  // namespace muster
