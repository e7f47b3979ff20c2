#include "reporters/systemd_calendar.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "reporters/value_list.h"

namespace muster {
namespace {

constexpr ValueStyle two_digits{"..", 2};

std::string field(const std::vector<int>& values, int first, int last) {
    if (values.empty()) return "*";
    if (const int step = step_of(values, first, last)) return fmt::format("{:02}/{}", first, step);
    return value_list(values, two_digits);
}

std::string weekdays(const std::vector<int>& values) {
    static constexpr std::array<std::string_view, 7> names{"Sun", "Mon", "Tue", "Wed",
                                                           "Thu", "Fri", "Sat"};
    if (values == std::vector{1, 2, 3, 4, 5}) return "Mon..Fri ";
    std::string out;
    for (const auto value : values)
        out += fmt::format("{}{}", out.empty() ? "" : ",", names[static_cast<std::size_t>(value)]);
    return out.empty() ? out : out + " ";
}

std::string calendar_days(const Firing& firing) {
    if (firing.last_days == 1) return "~01";
    if (firing.last_days > 1) return fmt::format("~{:02}/1", firing.last_days);
    return "-" + field(firing.days, 1, 31);
}

}  // namespace

std::vector<std::string> calendar_lines(const Firing& firing, std::string_view zone) {
    if (firing.either_day) {
        auto by_day = firing;
        by_day.either_day = false;
        auto by_weekday = by_day;
        by_day.weekdays.clear();
        by_weekday.days.clear();
        auto out = calendar_lines(by_day, zone);
        std::ranges::copy(calendar_lines(by_weekday, zone), std::back_inserter(out));
        return out;
    }
    return {fmt::format("{}*-{}{} {}:{}:00 {}", weekdays(firing.weekdays),
                        field(firing.months, 1, 12), calendar_days(firing),
                        field(firing.hours, 0, 23), field(firing.minutes, 0, 59),
                        firing.clock == FiringClock::utc ? "UTC" : zone)};
}

std::string unit_text(std::string_view text) {
    std::string out;
    for (const char c : text) out += c == '%' ? std::string{"%%"} : std::string{c};
    return out;
}

std::string unit_word(std::string_view word) {
    std::string out;
    for (const char c : word) {
        if (c == '%' || c == '$') out += c;
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    const bool bare = !word.empty() && word.find_first_of(" \t\"'\\;") == word.npos;
    return bare ? out : '"' + out + '"';
}

}  // namespace muster
