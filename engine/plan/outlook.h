// Where the time of a restore is heading.
#pragma once

#include <optional>
#include <vector>

#include "engine/model/observation.h"
#include "engine/model/standing.h"

namespace muster {

/// By a line through what was measured up to `now`, in any order, of restores that are alike
/// (of one drill). Nothing where that is less than three measurements, or where less than a day
/// lies between the first and the last of them: minutes apart, they measure how busy the machine
/// was. A line that falls counts as level from the newest of them on: per_day is never negative.
/// misses_at is `now` where the line is over the objective already, or the newest measurement is.
std::optional<Outlook> outlook_of(const std::vector<RestoreMeasured>& measured, Duration objective,
                                  Time now);

}  // namespace muster
