// The rules of keep as flags, for a directory that no policy describes.
#pragma once

#include "cli/command.h"
#include "engine/model/keep_spec.h"

namespace muster {

/// One flag for each rule: --keep-last, --max-age and so on.
const std::vector<Option>& keep_options();

/// What the flags say. ErrorCode::usage for a value that is none, and where they remove nothing: no
/// rule, or --min-count alone.
Result<KeepSpec> keep_of(const Arguments& arguments);

}  // namespace muster
