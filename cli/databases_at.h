// Databases that a command line names: files, folders that are searched, or one policy.
#pragma once

#include <string>
#include <vector>

#include "engine/base/file.h"
#include "engine/base/result.h"

namespace muster {

/// A YAML file is a policy; whatever else it is, it is taken for a database.
bool names_policy(const std::string& written);

struct DatabasesAt {
    std::vector<fs::path> paths;
    std::vector<std::string> notes;  ///< what a search passed over
};

/// ErrorCode::usage for a policy among them, not_found for a folder without a database.
Result<DatabasesAt> databases_at(const std::vector<std::string>& written);

}  // namespace muster
