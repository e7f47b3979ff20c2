// The keep rules of restic 0.16 and later, over snapshots that all count.
//
// Every rule looks at all of them, on its own: the newest of each of the newest so many buckets
// stays, empty buckets do not count, and the oldest snapshot stays while the rule has counts left.
// So what one rule keeps depends on no other rule and on no cap.
#pragma once

#include <string>
#include <vector>

#include "engine/model/keep_spec.h"
#include "engine/model/observation.h"
#include "engine/model/reason.h"
#include "engine/model/schedule/zone.h"

namespace muster {

using Reasons = std::vector<Reason>;

/// The rules last to within; caps and min_count are none.
bool has_keep_rule(const KeepSpec& keep);

/// For each of `counted` (newest first) the rules that keep it, in the order of KeepSpec and with
/// its keys as codes; without a
/// keep rule everything is kept, and that is the reason.
///
/// Days, ISO weeks, months and years are those of the zone's local time. An hour is a local hour at
/// one offset from UTC, so that the hour a clock change repeats makes two.
std::vector<Reasons> keep_reasons(const KeepSpec& keep, const Zone& zone,
                                  const std::vector<const SnapshotFacts*>& counted);

}  // namespace muster
