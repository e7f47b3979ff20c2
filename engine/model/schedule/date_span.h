// Dates by list: holidays and days without runs.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/text_form.h"
#include "engine/base/time.h"

namespace muster {

/// One day, a span of days (both ends belong to it), or a day of every year.
struct DateSpan {
    std::chrono::year_month_day first{};
    std::chrono::year_month_day last{};
    bool every_year = false;  ///< only month and day of `first` count

    bool operator==(const DateSpan&) const = default;
};

/// "2026-12-24", "2026-12-24..2027-01-02", "12-25".
template <>
struct TextForm<DateSpan> {
    static std::optional<DateSpan> parse(std::string_view text);
    static std::string format(const DateSpan& span);
    static constexpr std::string_view pattern =
        "^([0-9]{4}-[0-9]{2}-[0-9]{2}(\\.\\.[0-9]{4}-[0-9]{2}-[0-9]{2})?|[0-9]{2}-[0-9]{2})$";
    static constexpr std::string_view example =
        "a date such as 2026-12-24, a span 2026-12-24..2027-01-02, or 12-25 for every year";
};

bool contains(const DateSpan& span, std::chrono::year_month_day day);

}  // namespace muster
