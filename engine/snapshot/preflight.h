// What stands in the way of a restore, asked before anything is touched.
#pragma once

#include <optional>

#include "engine/base/result.h"
#include "engine/model/finding.h"
#include "engine/model/plan.h"

namespace muster {

/// Names the processes that have the database open, where there are any: they go on with the former
/// one.
std::optional<Finding> warn_of_holders(const RestoreStep& step);

/// What stands in the way, without touching anything: target_exists, hard_links,
/// mount_point, not_a_file, no_space, usage (the backup is the target).
Result<> check_restore(const RestoreStep& step);

}  // namespace muster
