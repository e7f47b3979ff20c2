// What clock changes do to firings.
#pragma once

#include <vector>

#include "reporters/timetable.h"

namespace muster {

/// What timers miss that only look for readings of the wall clock: one firing right after a gap
/// that swallows a reading, and one for the readings of a real-clock firing that come twice. Made
/// from all changes in the spans of `zone`; recurring, without years.
std::vector<Firing> clock_change_firings(const std::vector<Firing>& firings, const Zone& zone);

/// By how many minutes, below 60, the second clock's minute hand is ahead of the first's;
/// ascending. {0} unless a zone is off by half or a quarter of an hour.
std::vector<int> minutes_between(const Zone& from, const Zone& to);

}  // namespace muster
