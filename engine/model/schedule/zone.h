// A time zone as far as it was observed: pure code never asks the time zone database.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/time.h"

namespace muster {

using LocalTime = std::chrono::local_seconds;

/// From `begin` (UTC) on, local time is UTC + `offset`.
struct ZoneSpan {
    Time begin{};
    std::chrono::seconds offset{};
    bool operator==(const ZoneSpan&) const = default;
};

/// `spans` ascend; the first one also holds for all earlier times. Empty means UTC.
struct Zone {
    std::string name = "UTC";
    std::vector<ZoneSpan> spans;
    bool operator==(const Zone&) const = default;
};

/// The stretch around a time, from `begin` up to, not including, `end`, in which the offset stays.
struct SteadyOffset {
    Time begin = Time::min();
    Time end = Time::max();
    std::chrono::seconds offset{};
};
SteadyOffset steady_offset(const Zone& zone, Time time);

std::chrono::seconds offset_at(const Zone& zone, Time time);
LocalTime local_of(const Zone& zone, Time time);

/// What a wall clock's reading is in UTC: once as a rule, never in the gap when clocks go forward,
/// twice when they go back.
struct Readings {
    std::optional<Time> first;
    std::optional<Time> second;  ///< only when the reading comes twice
    Time gap_end{};              ///< first instant after the gap; meaningful when !first
};
Readings readings_of(const Zone& zone, LocalTime local);

}  // namespace muster
