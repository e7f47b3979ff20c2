// Five cron fields, as Vixie's cron reads them.
#pragma once

#include <bitset>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/text_form.h"

namespace muster {

/// Minute, hour, day of month, month and day of week: numbers, names (jan, mon), ranges, lists,
/// steps, and @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually. Day of week 0 and
/// 7 are Sunday. A step follows * or a range. As crontab(5) has it: when both day fields are
/// restricted (begin with no *), a day fits that fits either of them.
struct Cron {
    std::bitset<60> minutes;
    std::bitset<24> hours;
    std::bitset<32> days;     ///< 1 to 31
    std::bitset<13> months;   ///< 1 to 12
    std::bitset<7> weekdays;  ///< 0 is Sunday
    bool any_hour = false;    ///< the field begins with *
    bool any_day = false;
    bool any_weekday = false;
    std::string text;  ///< as written, blanks made single

    bool operator==(const Cron&) const = default;
};

/// Why a text is no Cron, in one sentence without its full stop; empty when it is one.
std::string complaint_about_cron(std::string_view text);

template <>
struct TextForm<Cron> {
    static std::optional<Cron> parse(std::string_view text);
    static std::string complaint(std::string_view text) { return complaint_about_cron(text); }
    static std::string format(const Cron& cron);
    static constexpr std::string_view pattern = "^(@[a-z]+|\\S+( +\\S+){4})$";
    static constexpr std::string_view example =
        "five cron fields such as \"15 2 * * *\" (minute hour day month weekday), or @daily";
};

}  // namespace muster
