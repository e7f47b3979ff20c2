#include "engine/model/schedule/date_span.h"

#include <fmt/format.h>

namespace muster {
namespace {

using std::chrono::year_month_day;

// A leap year, so that 02-29 is a day of it.
constexpr std::string_view some_year = "2000-";

std::optional<year_month_day> date_of(std::string_view text) {
    const auto midnight = TextForm<Time>::parse(std::string{text} + "T00:00:00Z");
    if (!midnight) return std::nullopt;
    return year_month_day{std::chrono::floor<std::chrono::days>(*midnight)};
}

std::string text_of(year_month_day day) {
    return format_time(std::chrono::sys_days{day}).substr(0, 10);
}

}  // namespace

std::optional<DateSpan> TextForm<DateSpan>::parse(std::string_view text) {
    if (text.size() == 5) {
        const auto day = date_of(std::string{some_year} + std::string{text});
        if (!day) return std::nullopt;
        return DateSpan{*day, *day, true};
    }
    const auto first = date_of(text.substr(0, 10));
    if (!first) return std::nullopt;
    if (text.size() == 10) return DateSpan{*first, *first, false};
    if (text.substr(10, 2) != "..") return std::nullopt;
    const auto last = date_of(text.substr(12));
    if (!last || *last < *first) return std::nullopt;
    return DateSpan{*first, *last, false};
}

std::string TextForm<DateSpan>::format(const DateSpan& span) {
    if (span.every_year) return text_of(span.first).substr(5);
    if (span.first == span.last) return text_of(span.first);
    return text_of(span.first) + ".." + text_of(span.last);
}

bool contains(const DateSpan& span, year_month_day day) {
    if (span.every_year) return day.month() == span.first.month() && day.day() == span.first.day();
    return span.first <= day && day <= span.last;
}

}  // namespace muster
