#include "reporters/schedule_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace muster {
namespace {

/// "2026-11-20 02:15:00 +01:00": an ISO time with its parts apart.
std::string spaced(std::string time) {
    std::ranges::replace(time, 'T', ' ');
    if (time.ends_with('Z')) return time.substr(0, time.size() - 1);
    return time.insert(time.size() - 6, " ");
}

std::string runs_text(const ScheduleReport& report) {
    if (report.runs.empty()) return "No run is to come.\n";
    std::size_t widest = 3;
    for (const auto& run : report.runs) widest = std::max(widest, run.job.size());
    std::string out = fmt::format("{:<19}  {:<26}  {:<{}}  {}\n", "UTC", report.timezone, "job",
                                  widest, "target");
    for (const auto& run : report.runs) {
        auto line = fmt::format("{}  {:<26}  {:<{}}  {}", spaced(format_time(run.at)),
                                spaced(run.local), run.job, widest, run.target);
        line.erase(line.find_last_not_of(' ') + 1);
        out += line + "\n";
    }
    return out;
}

/// Several files on one stream need their names between them; one file is fit for a pipe.
std::string files_text(const ScheduleReport& report) {
    std::string out;
    for (const auto& file : report.files) {
        if (file.path) {
            out += fmt::format("written     {}\n", *file.path);
        } else {
            if (report.files.size() > 1) out += fmt::format("# file: {}\n", file.name);
            out += file.text;
        }
    }
    return out;
}

}  // namespace

std::string schedule_text(const ScheduleReport& report) {
    auto out = report.format ? files_text(report) : runs_text(report);
    if (!report.unscheduled.empty())
        out += fmt::format("# Without a schedule, due at every apply{}: {}\n",
                           report.format ? " and not exported" : "",
                           fmt::join(report.unscheduled, ", "));
    return out;
}

}  // namespace muster
