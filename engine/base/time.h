// Time in files is UTC with whole seconds; durations are whole milliseconds.
#pragma once

#include <chrono>

#include "engine/base/text_form.h"

namespace muster {

using Time = std::chrono::sys_seconds;
using Duration = std::chrono::milliseconds;

/// "2026-11-20T10:15:00Z".
template <>
struct TextForm<Time> {
    static std::optional<Time> parse(std::string_view text);
    static std::string format(const Time& time);
    static constexpr std::string_view pattern =
        "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$";
    static constexpr std::string_view example = "a UTC time such as 2026-11-20T10:15:00Z";
};

/// A whole number and one of ms, s, m, h, d, w; several may follow each other ("1h30m").
/// format writes the largest unit that is exact.
template <>
struct TextForm<Duration> {
    static std::optional<Duration> parse(std::string_view text);
    static std::string format(const Duration& duration);
    static constexpr std::string_view pattern = "^([0-9]+(ms|s|m|h|d|w))+$";
    static constexpr std::string_view example = "a duration such as 4h, 30m or 200ms";
};

std::string format_time(Time time);
std::string format_duration(Duration duration);

/// For people: "1.2 s", "4 h 30 min", "3 d 2 h".
std::string spell_duration(Duration duration);

/// "20261120T101500Z": the form that stands in file names.
std::string file_stamp(Time time);

}  // namespace muster
