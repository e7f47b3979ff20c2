#include "reporters/cron_table.h"

#include <fmt/format.h>

#include "reporters/cron_fields.h"
#include "reporters/schedule_words.h"

namespace muster {
namespace {

/// cron ends a command at a % and hands the rest to it as its input.
std::string escaped(std::string_view command) {
    std::string out;
    for (const char c : command) out += c == '%' ? std::string{"\\%"} : std::string{c};
    return out;
}

}  // namespace

std::vector<ExportFile> cron_table(const ScheduleExport& from) {
    std::string out = fmt::format(
        "# {}, version {}\n# Policy {}, time zone {}; the clock of the machine: {}.\n", export_mark,
        from.tool_version, from.policy_name, from.zone.name, from.machine.name);
    if (!from.environment.empty())
        out += fmt::format("# cron hands over no secrets; set before, or name by file: {}\n",
                           fmt::join(from.environment, ", "));
    out += "SHELL=/bin/sh\n";
    for (const auto& job : from.jobs) {
        const auto timetable = with_one_day_field(on_machine_clock(
            timetable_of(job.schedule, from.calendar, from.zone), from.zone, from.machine));
        const auto command = escaped(fmt::format(
            "{} apply {} --job {} --state {} --quiet", shell_word(from.binary),
            shell_word(from.policy_path), shell_word(job.name), shell_word(from.state)));
        out += fmt::format("\n# {}: {}\n# It starts {}.\n", job.name, schedule_words(job.schedule),
                           coverage_words(timetable));
        const bool own_zone = is_same_clock(from.zone, from.machine);
        for (const auto& firing : timetable.firings) {
            // cron sees to these itself when its clock is the policy's.
            const bool by_cron =
                firing.cause == FiringCause::gap || firing.cause == FiringCause::second_pass;
            if (own_zone && by_cron) continue;
            if (firing.cause != FiringCause::schedule)
                out += fmt::format("# {}\n", cause_words(firing.cause));
            out += fmt::format("{} {}\n", cron_fields(firing), command);
        }
    }
    return {{fmt::format("muster-{}.crontab", plain_name(from.policy_name, "._-", 80)), out}};
}

}  // namespace muster
