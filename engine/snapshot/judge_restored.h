// A look at a restored database at its place.
#pragma once

#include <cstdint>

#include "engine/base/host.h"
#include "engine/model/finding.h"
#include "engine/model/plan.h"

namespace muster {

/// Does the database answer, as anybody would open it? Findings `in_place` (bad when the file at
/// the target's name has another inode), `opens`, and one `check` for each question of the step,
/// but for payloads and programs, which saw the staged file before the swap.
Findings judge_restored(const RestoreStep& step, std::uint64_t inode, const Host& host);

}  // namespace muster
