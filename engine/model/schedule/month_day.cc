#include "engine/model/schedule/month_day.h"

#include <array>
#include <utility>

namespace muster {
namespace {

constexpr std::array<std::string_view, 7> weekdays{"sunday",   "monday", "tuesday", "wednesday",
                                                   "thursday", "friday", "saturday"};
constexpr std::array<std::pair<std::string_view, int>, 6> ordinals{
    {{"first", 1}, {"second", 2}, {"third", 3}, {"fourth", 4}, {"fifth", 5}, {"last", -1}}};

std::optional<int> day_number(std::string_view text) {
    if (text.empty() || text.size() > 2 || text.front() == '0') return std::nullopt;
    int value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + (c - '0');
    }
    return value <= 31 ? std::optional{value} : std::nullopt;
}

std::optional<int> nth_of(std::string_view word) {
    for (const auto& [name, nth] : ordinals)
        if (name == word) return nth;
    return std::nullopt;
}

std::string word_of(int nth) {
    for (const auto& [name, value] : ordinals)
        if (value == nth) return std::string{name};
    return std::to_string(nth);
}

}  // namespace

std::optional<MonthDay> TextForm<MonthDay>::parse(std::string_view text) {
    if (const auto number = day_number(text)) return MonthDay{MonthDay::Kind::day, *number};
    if (text == "last") return MonthDay{MonthDay::Kind::day, -1};
    const auto blank = text.find(' ');
    if (blank == std::string_view::npos) return std::nullopt;
    const auto nth = nth_of(text.substr(0, blank));
    const auto what = text.substr(blank + 1);
    if (!nth) return std::nullopt;
    if (what == "day") return MonthDay{MonthDay::Kind::day, *nth};
    if (what == "business day") return MonthDay{MonthDay::Kind::business_day, *nth};
    for (unsigned i = 0; i < weekdays.size(); ++i)
        if (weekdays[i] == what)
            return MonthDay{MonthDay::Kind::weekday, *nth, std::chrono::weekday{i}};
    return std::nullopt;
}

std::string TextForm<MonthDay>::format(const MonthDay& day) {
    switch (day.kind) {
        case MonthDay::Kind::day: return day.nth == -1 ? "last" : std::to_string(day.nth);
        case MonthDay::Kind::business_day: return word_of(day.nth) + " business day";
        case MonthDay::Kind::weekday: break;
    }
    return word_of(day.nth) + " " + std::string{weekdays[day.weekday.c_encoding()]};
}

}  // namespace muster
