// Times of the wall clock: "06:00", and a span of them that may go past midnight.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/text_form.h"
#include "engine/base/time.h"

namespace muster {

struct TimeOfDay {
    std::chrono::minutes since_midnight{};
    bool operator==(const TimeOfDay&) const = default;
};
template <>
struct TextForm<TimeOfDay> {
    static std::optional<TimeOfDay> parse(std::string_view text);
    static std::string format(const TimeOfDay& time);
    static constexpr std::string_view pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$";
    static constexpr std::string_view example = "a time of day in quotes such as \"06:00\"";
};

/// From `begin` up to, not including, `end`; past midnight where end is not after begin.
struct TimeWindow {
    TimeOfDay begin;
    TimeOfDay end;
    bool operator==(const TimeWindow&) const = default;
};
template <>
struct TextForm<TimeWindow> {
    static std::optional<TimeWindow> parse(std::string_view text);
    static std::string format(const TimeWindow& window);
    static constexpr std::string_view pattern =
        "^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$";
    static constexpr std::string_view example = "a window such as \"01:00-05:00\"";
};

}  // namespace muster
