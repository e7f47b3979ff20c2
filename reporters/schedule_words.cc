#include "reporters/schedule_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "engine/base/digest.h"

namespace muster {
namespace {

bool is_plain(char c, std::string_view also) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || also.find(c) != also.npos;
}

}  // namespace

std::string schedule_words(const ScheduleSpec& schedule) {
    std::string out;
    if (schedule.every) out = "every " + format_duration(*schedule.every);
    if (schedule.cron) out = "cron " + TextForm<Cron>::format(*schedule.cron);
    if (schedule.monthly) out = "monthly " + TextForm<MonthDay>::format(*schedule.monthly);
    for (const auto each : schedule.weekdays)
        out += fmt::format("{}{}", out.empty() ? "" : ", ", name_of(each));
    if (schedule.at) out += " at " + TextForm<TimeOfDay>::format(*schedule.at);
    if (schedule.window) out += ", window " + TextForm<TimeWindow>::format(*schedule.window);
    if (schedule.jitter) out += ", jitter " + format_duration(*schedule.jitter);
    if (schedule.catch_up == CatchUp::skip) out += ", catch_up skip";
    return out;
}

std::string_view coverage_words(const Timetable& timetable) {
    if (timetable.late)
        return "whole minutes are the finest this format has: LESS often than the schedule says";
    return timetable.exact ? "as often as the schedule says"
                           : "more often than the schedule says, and muster decides what is due";
}

std::string_view cause_words(FiringCause cause) {
    switch (cause) {
        case FiringCause::schedule: return "the schedule";
        case FiringCause::opening: return "a run may be waiting for this time";
        case FiringCause::gap: return "right after the clock went forward over a run";
        case FiringCause::second_pass: return "the hour that comes twice when the clock goes back";
    }
    return "";
}

std::string plain_name(std::string_view written, std::string_view also, std::size_t longest) {
    std::string out{written.substr(0, longest)};
    bool lost = written.size() > longest;
    for (char& c : out) {
        if (is_plain(c, also)) continue;
        c = '-';
        lost = true;
    }
    if (!lost) return out;
    const auto mark = "-" + sha256_of(written).hex().substr(0, 6);
    return out.substr(0, std::min(out.size(), longest - mark.size())) + mark;
}

std::string shell_word(std::string_view word) {
    if (!word.empty() && std::ranges::all_of(word, [](char c) { return is_plain(c, "/._-+:=,@"); }))
        return std::string{word};
    std::string out = "'";
    for (const char c : word) out += c == '\'' ? std::string{"'\\''"} : std::string{c};
    return out + "'";
}

}  // namespace muster
