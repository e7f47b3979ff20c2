#include "engine/base/time.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <limits>

namespace muster {
namespace {

using std::chrono::days;
using std::chrono::floor;

struct Unit {
    std::string_view name;
    std::int64_t milliseconds;
};
constexpr std::array units{Unit{"w", 604'800'000}, Unit{"d", 86'400'000}, Unit{"h", 3'600'000},
                           Unit{"m", 60'000},      Unit{"s", 1'000},      Unit{"ms", 1}};

struct Clock {
    int year;
    unsigned month, day;
    std::int64_t hour, minute, second;
};

Clock clock_of(Time time) {
    const auto day = floor<days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss rest{time - day};
    return {static_cast<int>(date.year()),
            static_cast<unsigned>(date.month()),
            static_cast<unsigned>(date.day()),
            rest.hours().count(),
            rest.minutes().count(),
            rest.seconds().count()};
}

std::optional<int> digits(std::string_view text, std::size_t from, std::size_t count) {
    int value = 0;
    for (const char c : text.substr(from, count)) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + (c - '0');
    }
    return value;
}

}  // namespace

std::optional<Time> TextForm<Time>::parse(std::string_view text) {
    if (text.size() != 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' ||
        text[13] != ':' || text[16] != ':' || text[19] != 'Z')
        return std::nullopt;
    const auto year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
    const auto hour = digits(text, 11, 2), minute = digits(text, 14, 2),
               second = digits(text, 17, 2);
    if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{*year},
                                           std::chrono::month{static_cast<unsigned>(*month)},
                                           std::chrono::day{static_cast<unsigned>(*day)}};
    if (!date.ok() || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
    return std::chrono::sys_days{date} + std::chrono::hours{*hour} + std::chrono::minutes{*minute} +
           std::chrono::seconds{*second};
}

std::string TextForm<Time>::format(const Time& time) {
    const auto [year, month, day, hour, minute, second] = clock_of(time);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", year, month, day, hour, minute,
                       second);
}

std::optional<Duration> TextForm<Duration>::parse(std::string_view text) {
    if (text.empty()) return std::nullopt;
    std::int64_t total = 0;
    while (!text.empty()) {
        std::int64_t number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error != std::errc{} || number < 0 || text.front() == '-') return std::nullopt;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        const auto length = text.find_first_of("0123456789");
        const auto name = text.substr(0, length);
        text.remove_prefix(name.size());
        std::int64_t factor = 0;
        for (const auto& unit : units)
            if (unit.name == name) factor = unit.milliseconds;
        if (factor == 0 || number > (std::numeric_limits<std::int64_t>::max() - total) / factor)
            return std::nullopt;
        total += number * factor;
    }
    return Duration{total};
}

std::string TextForm<Duration>::format(const Duration& duration) {
    const auto count = duration.count();
    if (count == 0) return "0s";
    for (const auto& unit : units)
        if (count % unit.milliseconds == 0)
            return fmt::format("{}{}", count / unit.milliseconds, unit.name);
    return fmt::format("{}ms", count);
}

std::string format_time(Time time) {
    return TextForm<Time>::format(time);
}
std::string format_duration(Duration duration) {
    return TextForm<Duration>::format(duration);
}

std::string spell_duration(Duration duration) {
    const auto count = duration.count();
    if (count < 1'000) return fmt::format("{} ms", count);
    if (count < 60'000) return fmt::format("{:.1f} s", static_cast<double>(count) / 1000.0);
    const auto pair = [](std::int64_t big, std::string_view big_name, std::int64_t small,
                         std::string_view small_name) {
        return small == 0 ? fmt::format("{} {}", big, big_name)
                          : fmt::format("{} {} {} {}", big, big_name, small, small_name);
    };
    const auto seconds = count / 1000, minutes = seconds / 60, hours = minutes / 60;
    if (hours == 0) return pair(minutes, "min", seconds % 60, "s");
    if (hours < 48) return pair(hours, "h", minutes % 60, "min");
    return pair(hours / 24, "d", hours % 24, "h");
}

std::string file_stamp(Time time) {
    const auto [year, month, day, hour, minute, second] = clock_of(time);
    return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", year, month, day, hour, minute, second);
}

}  // namespace muster
