#include "reporters/systemd.h"

#include <fmt/format.h>

#include "reporters/schedule_words.h"
#include "reporters/systemd_calendar.h"
#include "reporters/systemd_sandbox.h"

namespace muster {
namespace {

std::string timer_text(const ScheduleExport& from, const ExportJob& job) {
    const auto timetable = timetable_of(job.schedule, from.calendar, from.zone);
    std::string out = fmt::format(
        "# {0}, version {1}\n# {2}: {3}\n# It starts {4}.\n[Unit]\nDescription={5}: {6} is due\n\n[Timer]\n",
        export_mark, from.tool_version, job.name, schedule_words(job.schedule),
        coverage_words(timetable), unit_text(from.policy_name), unit_text(job.name));
    for (const auto& firing : timetable.firings) {
        if (firing.cause != FiringCause::schedule)
            out += fmt::format("# {}\n", cause_words(firing.cause));
        for (const auto& line : calendar_lines(firing, from.zone.name))
            out += fmt::format("OnCalendar={}\n", line);
    }
    out += fmt::format("Persistent={}\nAccuracySec=1s\n",
                       job.schedule.catch_up == CatchUp::one ? "true" : "false");
    if (job.schedule.jitter)
        out += fmt::format("RandomizedDelaySec={}ms\nFixedRandomDelay=true\n",
                           job.schedule.jitter->count());
    return out + "\n[Install]\nWantedBy=timers.target\n";
}

std::string service_text(const ScheduleExport& from, const ExportJob& job) {
    std::string out =
        fmt::format("# {}, version {}\n[Unit]\nDescription={}: {}\n", export_mark,
                    from.tool_version, unit_text(from.policy_name), unit_text(job.name));
    if (from.network) out += "Wants=network-online.target\nAfter=network-online.target\n";
    out += fmt::format("\n[Service]\nType=oneshot\nExecStart={} apply {} --job {} --state {}\n",
                       unit_word(from.binary), unit_word(from.policy_path), unit_word(job.name),
                       unit_word(from.state));
    if (!from.credentials.empty())
        out +=
            "# Each is a file of this name in /etc/credstore, or encrypted in /etc/credstore.encrypted.\n";
    for (const auto& name : from.credentials)
        out += fmt::format("LoadCredential={0}\n", unit_text(name));
    if (!from.environment.empty()) {
        const auto file =
            fmt::format("/etc/muster/{}.env", plain_name(from.policy_name, "._-", 80));
        out += fmt::format("# NAME=value lines for {}; mode 0600.\nEnvironmentFile=-{}\n",
                           fmt::join(from.environment, ", "), file);
    }
    return out + "\n" + sandbox_lines(from, job);
}

}  // namespace

std::vector<ExportFile> systemd_units(const ScheduleExport& from) {
    std::vector<ExportFile> out;
    for (const auto& job : from.jobs) {
        const auto name = "muster-" + plain_name(from.policy_name, "._-", 80) + "-" +
                          plain_name(job.name, "._-", 80);
        out.push_back({name + ".service", service_text(from, job)});
        out.push_back({name + ".timer", timer_text(from, job)});
    }
    return out;
}

}  // namespace muster
