#include "reporters/launchd.h"

#include <fmt/format.h>

#include <algorithm>

#include "reporters/schedule_words.h"

namespace muster {
namespace {

// Longer lists of calendar intervals make a file that nobody reads.
constexpr std::size_t most_intervals = 200;

std::string xml(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            default: out += c;
        }
    }
    return out;
}

/// A comment of XML must not hold "--".
std::string comment(std::string_view text) {
    std::string out;
    for (const char c : text)
        out += c == '-' && out.ends_with('-') ? std::string{" -"} : std::string{c};
    return fmt::format("<!-- {} -->\n", out);
}

std::string string_key(std::string_view key, std::string_view value) {
    return fmt::format("    <key>{}</key>\n    <string>{}</string>\n", key, xml(value));
}

std::size_t count_of(const Firing& firing) {
    std::size_t out = 1;
    for (const auto* values :
         {&firing.minutes, &firing.hours, &firing.days, &firing.months, &firing.weekdays})
        out *= std::max<std::size_t>(values->size(), 1);
    return out;
}

/// Each interval is one combination of values; a key that is left out stands for all.
using Intervals = std::vector<std::string>;

Intervals with_key(const Intervals& so_far, std::string_view key, const std::vector<int>& values) {
    if (values.empty()) return so_far;
    Intervals out;
    for (const auto& interval : so_far)
        for (const auto value : values)
            out.push_back(interval + fmt::format("<key>{}</key><integer>{}</integer>", key, value));
    return out;
}

Intervals intervals_of(const Firing& firing) {
    Intervals out{""};
    out = with_key(out, "Month", firing.months);
    out = with_key(out, "Hour", firing.hours);
    out = with_key(out, "Minute", firing.minutes);
    // launchd starts a job when either day fits; two intervals say that too.
    if (!firing.either_day)
        return with_key(with_key(out, "Day", firing.days), "Weekday", firing.weekdays);
    auto by_weekday = with_key(out, "Weekday", firing.weekdays);
    out = with_key(out, "Day", firing.days);
    out.insert(out.end(), by_weekday.begin(), by_weekday.end());
    return out;
}

Timetable readable(Timetable timetable) {
    for (auto& firing : timetable.firings)
        for (auto* values :
             {&firing.days, &firing.months, &firing.weekdays, &firing.hours, &firing.minutes}) {
            if (count_of(firing) <= most_intervals) break;
            if (values == &firing.days || values == &firing.weekdays) firing.either_day = false;
            values->clear();
            timetable.exact = false;
        }
    return timetable;
}

/// Counted from the moment launchd loads it, so each span has its start still. A window may be
/// shorter than the span, and needs its own.
bool by_interval(const ScheduleSpec& schedule) {
    return schedule.every && *schedule.every < std::chrono::hours{1} && !schedule.window;
}

std::string agent(const ScheduleExport& from, const ExportJob& job, const std::string& label) {
    auto timetable = readable(with_one_day_field(on_machine_clock(
        timetable_of(job.schedule, from.calendar, from.zone), from.zone, from.machine)));
    if (by_interval(job.schedule))
        timetable = {{}, true, *job.schedule.every < std::chrono::seconds{1}};
    Intervals intervals;
    for (const auto& firing : timetable.firings)
        std::ranges::copy(intervals_of(firing), std::back_inserter(intervals));

    // The XML declaration must come first, so the mark shares its line.
    std::string out =
        fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>{}",
                    comment(fmt::format("{}, version {}", export_mark, from.tool_version)));
    out += comment(fmt::format("{}: {}. It starts {}.", job.name, schedule_words(job.schedule),
                               coverage_words(timetable)));
    out += comment(fmt::format("Policy {}, time zone {}; the clock of the machine: {}.",
                               from.policy_name, from.zone.name, from.machine.name));
    if (!from.environment.empty())
        out += comment(fmt::format("Secrets from the environment, better named by file: {}.",
                                   fmt::join(from.environment, ", ")));
    out +=
        "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n"
        "<plist version=\"1.0\">\n<dict>\n";
    out += string_key("Label", label) + "    <key>ProgramArguments</key>\n    <array>\n";
    for (const auto& word :
         {from.binary, std::string{"apply"}, from.policy_path, std::string{"--job"}, job.name,
          std::string{"--state"}, from.state, std::string{"--quiet"}})
        out += fmt::format("        <string>{}</string>\n", xml(word));
    out += "    </array>\n";
    if (by_interval(job.schedule))
        out += fmt::format(
            "    <key>StartInterval</key>\n    <integer>{}</integer>\n",
            std::max<std::int64_t>(
                1, std::chrono::floor<std::chrono::seconds>(*job.schedule.every).count()));
    if (!intervals.empty()) {
        out += "    <key>StartCalendarInterval</key>\n    <array>\n";
        for (const auto& each : intervals) out += fmt::format("        <dict>{}</dict>\n", each);
        out += "    </array>\n";
    }
    return out + string_key("ProcessType", "Background") +
           string_key("StandardErrorPath", from.state + "/" + label + ".log") +
           "    <key>Umask</key>\n    <integer>63</integer>\n</dict>\n</plist>\n";
}

}  // namespace

std::vector<ExportFile> launchd_agents(const ScheduleExport& from) {
    std::vector<ExportFile> out;
    for (const auto& job : from.jobs) {
        const auto label = "muster." + plain_name(from.policy_name, "._-", 80) + "." +
                           plain_name(job.name, "._-", 80);
        out.push_back({label + ".plist", agent(from, job, label)});
    }
    return out;
}

}  // namespace muster
