#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "cli/commands/rows.h"
#include "cli/schedule_export.h"
#include "engine/codec/documents.h"
#include "engine/model/schedule/local_text.h"
#include "engine/model/schedule_report.h"
#include "engine/plan/jobs.h"
#include "engine/plan/schedule.h"
#include "engine/run/zone.h"
#include "reporters/schedule_text.h"

namespace muster {
namespace {

constexpr int most_runs = 10'000;

Result<int> count_of(const Arguments& arguments) {
    const auto written = arguments.value("--count", "10");
    int count = 0;
    const auto [end, error] =
        std::from_chars(written.data(), written.data() + written.size(), count);
    if (error != std::errc{} || end != written.data() + written.size() || count < 1 ||
        count > most_runs)
        return fail(ErrorCode::usage,
                    fmt::format("--count: '{}' is no number from 1 to {}", written, most_runs),
                    "write it like 10");
    return count;
}

Result<Time> after_of(const Arguments& arguments, const Host& host) {
    if (!arguments.has("--after")) return host.now();
    const auto time = TextForm<Time>::parse(arguments.value("--after"));
    if (!time)
        return fail(ErrorCode::usage,
                    fmt::format("--after: '{}' is no UTC time", arguments.value("--after")),
                    "write it like 2026-11-20T10:15:00Z");
    return *time;
}

ScheduleReport report_on(const Policy& policy) {
    ScheduleReport out;
    out.policy_name = policy.name;
    out.timezone = policy.timezone;
    for (const auto& job : jobs_of(policy))
        if (!job.schedule) out.unscheduled.push_back(job.name);
    return out;
}

/// The first `count` of one job and target are enough: no other job can make them later ones.
void add_runs(const Job& job, const std::string& target, const Calendar& calendar, int count,
              ScheduleReport& to) {
    auto key = fmt::format("{}/{}", to.policy_name, job.name);
    if (!target.empty()) key += "/" + target;
    auto after = *to.after;
    for (int i = 0; i < count; ++i) {
        const auto run = next_run(*job.schedule, calendar, after, key);
        if (!run) return;
        to.runs.push_back({*run, local_text(calendar.zone, *run), job.name, target});
        after = *run;
    }
}

Reply next(const Arguments& arguments, const PolicyFile& file, const Host& host) {
    MUSTER_REPLY_TRY(const auto count, count_of(arguments));
    MUSTER_REPLY_TRY(const auto after, after_of(arguments, host));
    const Calendar calendar{file.zone, file.policy.calendar};
    auto report = report_on(file.policy);
    report.after = after;
    for (const auto& job : jobs_of(file.policy)) {
        if (!job.schedule) continue;
        if (job.targets.empty()) add_runs(job, "", calendar, count, report);
        for (const auto& target : job.targets) add_runs(job, target, calendar, count, report);
    }
    std::ranges::stable_sort(report.runs, {}, &ComingRun::at);
    report.runs.resize(std::min(report.runs.size(), static_cast<std::size_t>(count)));
    MUSTER_REPLY_TRY(auto document, to_document(report));
    return Answer{schedule_text(report), std::move(document)};
}

Reply export_timers(const Arguments& arguments, const PolicyFile& file, const Host& host) {
    const auto format = from_name<TimerFormat>(arguments.value("--format"));
    if (!format)
        return refuse(ErrorCode::usage,
                      arguments.has("--format")
                          ? fmt::format("--format cannot be '{}'", arguments.value("--format"))
                          : "export needs --format",
                      "it takes one of: systemd, cron, launchd, kubernetes");
    MUSTER_REPLY_TRY(const auto from, export_of(file, state_of(arguments, &file),
                                                arguments.value("--clock", system_zone()), host));
    const auto files = render(*format, from);
    auto report = report_on(file.policy);
    report.format = std::string{name_of(*format)};
    for (const auto& each : files) report.files.push_back({each.name, each.text, std::nullopt});
    if (arguments.has("--out")) {
        MUSTER_REPLY_TRY(const auto paths, write_files(files, arguments.value("--out")));
        for (std::size_t i = 0; i < paths.size(); ++i) report.files[i].path = paths[i].string();
    }
    MUSTER_REPLY_TRY(auto document, to_document(report));
    return Answer{schedule_text(report), std::move(document)};
}

Reply run_schedule(const Arguments& arguments, const Surroundings& surroundings) {
    struct Action {
        std::string_view name;
        std::vector<std::string_view> flags;
        Reply (*run)(const Arguments&, const PolicyFile&, const Host&);
    };
    static const std::array actions{
        Action{"next", {"--after", "--count"}, next},
        Action{"export", {"--format", "--out", "--clock"}, export_timers}};
    const auto name = arguments.value("ACTION");
    const auto* action = std::ranges::find(actions, name, &Action::name);
    if (action == actions.end())
        return refuse(ErrorCode::usage, fmt::format("schedule cannot '{}'", name),
                      "it takes one of: next, export");
    for (const auto& other : actions)
        for (const auto flag : other.flags)
            if (&other != action && arguments.has(flag))
                return refuse(
                    ErrorCode::usage, fmt::format("{} does not go with 'schedule {}'", flag, name),
                    fmt::format("leave it out, or write: muster schedule {}", other.name));
    const auto file = policy_of(arguments.value("POLICY"));
    if (!file) return tl::unexpected<Refusal>{file.error()};
    return action->run(arguments, *file, surroundings.host);
}

}  // namespace

Command schedule_command() {
    return {
        "schedule",
        "",
        "the next runs, or timers for systemd, cron, launchd or Kubernetes; runs nothing",
        "Timers may start a job more often than its schedule says: apply decides what is due.\n"
        "Example: muster schedule export policy.yaml --format systemd --out /etc/systemd/system",
        {{"ACTION", "next or export"}, {"POLICY", "the policy file"}},
        {{"--after", "TIME",
          "next: runs later than TIME (UTC, 2026-11-20T10:15:00Z); now when left out"},
         {"--count", "N", "next: so many runs; 10 when left out"},
         {"--format", "FORMAT", "export: systemd, cron, launchd or kubernetes"},
         {"--out", "DIR",
          "export: write the files into DIR; a file that muster did not make is never replaced"},
         {"--clock", "ZONE",
          "export: time zone of the machine that will run them; this machine's when left out"}},
        run_schedule};
}

}  // namespace muster
