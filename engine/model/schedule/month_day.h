// A day that each month has: "15", "last", "first business day", "last sunday", "second tuesday".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/text_form.h"
#include "engine/base/time.h"

namespace muster {

struct MonthDay {
    enum class Kind { day, business_day, weekday };
    Kind kind = Kind::day;
    /// Counts from 1; -1 is the last one. A day 29, 30 or 31 that a month lacks is its last day.
    int nth = 1;
    std::chrono::weekday weekday{0U};  ///< meaningful for Kind::weekday

    bool operator==(const MonthDay&) const = default;
};

/// "1" to "31", "last" (day), and "first" to "fifth" or "last" before "business day" or a day's
/// name. A fifth weekday that a month lacks: no run in that month.
template <>
struct TextForm<MonthDay> {
    static std::optional<MonthDay> parse(std::string_view text);
    static std::string format(const MonthDay& day);
    static constexpr std::string_view pattern =
        "^([1-9]|[12][0-9]|3[01]|last|(first|second|third|fourth|fifth|last) (business day|"
        "monday|tuesday|wednesday|thursday|friday|saturday|sunday|day))$";
    static constexpr std::string_view example =
        "a day of the month such as 15, last, \"first business day\" or \"last sunday\"";
};

}  // namespace muster
