// Which snapshot a rehearsal restores.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/model/policy.h"
#include "engine/plan/snapshot_index.h"

namespace muster {

/// What chance is drawn from: the same for the same drill, target and time; below 2^48, so that
/// every reader of JSON keeps it.
std::uint64_t drill_seed(std::string_view drill, std::string_view target, Time now);

/// The time before which it must have been taken; nothing where any will do.
std::optional<Time> limit_of(const PickSpec& from, Time now);

/// One that is complete and not known to be bad: the newest that fits `from`, or by `seed` any one
/// of its window. Null where there is none.
const SnapshotFacts* pick_for_drill(const SnapshotIndex& snapshots, std::string_view target,
                                    const PickSpec& from, Time now, std::uint64_t seed);

}  // namespace muster
