// Pruning a directory of backups that no policy describes.
#pragma once

#include "cli/command.h"

namespace muster {

/// What says how, besides the rules of keep.
const std::vector<Option>& directory_options();

/// By the flags of keep. With --dry-run only tells; else carries it out and leaves a record.
Reply prune_directory(const Arguments& arguments, const Surroundings& surroundings);

}  // namespace muster
