#include "engine/model/schedule/time_of_day.h"

#include <fmt/format.h>

namespace muster {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

}  // namespace

std::optional<TimeOfDay> TextForm<TimeOfDay>::parse(std::string_view text) {
    if (text.size() != 5 || text[2] != ':') return std::nullopt;
    for (const std::size_t place : {0U, 1U, 3U, 4U})
        if (!is_digit(text[place])) return std::nullopt;
    const int hour = (text[0] - '0') * 10 + (text[1] - '0');
    const int minute = (text[3] - '0') * 10 + (text[4] - '0');
    if (hour > 23 || minute > 59) return std::nullopt;
    return TimeOfDay{std::chrono::hours{hour} + std::chrono::minutes{minute}};
}

std::string TextForm<TimeOfDay>::format(const TimeOfDay& time) {
    const auto minutes = time.since_midnight.count();
    return fmt::format("{:02}:{:02}", minutes / 60, minutes % 60);
}

std::optional<TimeWindow> TextForm<TimeWindow>::parse(std::string_view text) {
    if (text.size() != 11 || text[5] != '-') return std::nullopt;
    const auto begin = TextForm<TimeOfDay>::parse(text.substr(0, 5));
    const auto end = TextForm<TimeOfDay>::parse(text.substr(6));
    if (!begin || !end) return std::nullopt;
    return TimeWindow{*begin, *end};
}

std::string TextForm<TimeWindow>::format(const TimeWindow& window) {
    return TextForm<TimeOfDay>::format(window.begin) + "-" +
           TextForm<TimeOfDay>::format(window.end);
}

}  // namespace muster
