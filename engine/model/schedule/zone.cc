#include "engine/model/schedule/zone.h"

#include <algorithm>

namespace muster {
namespace {

// No zone is further from UTC than this, before or behind.
constexpr std::chrono::hours furthest_offset{26};

}  // namespace

SteadyOffset steady_offset(const Zone& zone, Time time) {
    SteadyOffset out;
    if (zone.spans.empty()) return out;
    const auto later = std::ranges::upper_bound(zone.spans, time, {}, &ZoneSpan::begin);
    if (later != zone.spans.end()) out.end = later->begin;
    if (later == zone.spans.begin()) {
        out.offset = later->offset;
    } else {
        out.begin = std::prev(later)->begin;
        out.offset = std::prev(later)->offset;
    }
    return out;
}

std::chrono::seconds offset_at(const Zone& zone, Time time) {
    return steady_offset(zone, time).offset;
}

LocalTime local_of(const Zone& zone, Time time) {
    return LocalTime{(time + offset_at(zone, time)).time_since_epoch()};
}

Readings readings_of(const Zone& zone, LocalTime local) {
    Readings out;
    const Time as_utc{local.time_since_epoch()};
    auto span = steady_offset(zone, as_utc - furthest_offset);
    for (;;) {
        const Time reading = as_utc - span.offset;
        if (reading >= span.begin && reading < span.end) {
            if (out.first) {
                out.second = reading;
                return out;
            }
            out.first = reading;
        }
        // The first stretch that begins with a later reading ends the gap.
        if (reading < span.begin && !out.first) {
            out.gap_end = span.begin;
            return out;
        }
        if (span.end == Time::max() || span.end > as_utc + furthest_offset) return out;
        span = steady_offset(zone, span.end);
    }
}

}  // namespace muster
