#include <algorithm>
#include <set>

#include "engine/policy/rules/sections.h"

namespace muster::codec {
namespace {

/// Rules are judged by one year of the calendar, always the same, so that a policy that is valid
/// today is valid tomorrow. It is a leap year.
const Time judged_from = std::chrono::sys_days{std::chrono::year{2028} / 1 / 1};
constexpr Duration judged_for = std::chrono::days{400};

/// Lists of dates pass; what they forbid says nothing about the schedule itself.
ScheduleSpec without_dates(ScheduleSpec schedule) {
    schedule.blackout.clear();
    return schedule;
}

void check_schedule(const std::string& path, const ScheduleSpec& schedule, const Calendar& calendar,
                    RuleReport& report) {
    report.need_time(path + ".every", schedule.every);
    if (schedule.every && *schedule.every > Duration::zero() &&
        (*schedule.every < std::chrono::minutes{1} ||
         *schedule.every % std::chrono::seconds{1} != Duration::zero()))
        report.add(path + ".every", "must be whole seconds, and a minute at least", "");
    if (schedule.at && !schedule.monthly && schedule.weekdays.empty())
        report.add(path + ".at", "only monthly and weekdays have a time of day",
                   schedule.cron ? "cron has it in its first two fields"
                                 : "a daily run at a time is cron: \"15 2 * * *\"");
    if (report.is_broken_inside(path) || report.found_inside(path)) return;
    const auto gap = longest_gap(without_dates(schedule), calendar, judged_from, judged_for);
    if (schedule.jitter && gap && *schedule.jitter >= *gap)
        report.add(
            path + ".jitter",
            fmt::format("must be shorter than the time between two runs, {}", spell_duration(*gap)),
            "");
    if (!next_run(without_dates(schedule), calendar, judged_from, ""))
        report.add(schedule.window ? path + ".window" : path,
                   schedule.window ? "the schedule never hits its window" : "never runs",
                   schedule.window ? "move the window, or the times" : "is there such a date?");
}

/// What one protect promises, worked out once.
struct Promise {
    std::string name;
    const ProtectSpec* protect = nullptr;
    std::set<std::string> targets;
    std::optional<Duration> gap;  ///< the longest time between two of its runs
};

std::vector<Promise> promises_of(const Policy& policy, const Calendar& calendar) {
    std::vector<Promise> out;
    for (const auto& [name, protect] : policy.protect) {
        const auto specs = selected_specs(protect.targets, policy);
        Promise promise{name, &protect, {specs.begin(), specs.end()}, std::nullopt};
        if (protect.schedule)
            promise.gap =
                longest_gap(without_dates(*protect.schedule), calendar, judged_from, judged_for);
        out.push_back(std::move(promise));
    }
    return out;
}

/// The longest time between two snapshots of the target that the policy asks for; nothing where
/// some protect has no schedule, or none is known to run twice.
std::optional<Duration> longest_wait(const std::vector<Promise>& promises,
                                     const std::string& target) {
    std::optional<Duration> best;
    for (const auto& promise : promises) {
        if (!promise.targets.contains(target)) continue;
        const auto& schedule = promise.protect->schedule;
        if (!schedule) return std::nullopt;
        if (!promise.gap) continue;
        // One run may come by hand at its time, and the next one with all its jitter.
        const auto wait = *promise.gap + schedule->jitter.value_or(Duration::zero());
        if (!best || wait < *best) best = wait;
    }
    return best;
}

void check_objectives(const Policy& policy, const std::vector<Promise>& promises,
                      RuleReport& report) {
    for (const auto& [name, target] : policy.targets) {
        if (!target.rpo) continue;
        const auto wait = longest_wait(promises, name);
        if (wait && *target.rpo <= *wait)
            report.add(child_path("targets", name) + ".rpo",
                       fmt::format("{} is shorter than the schedule can ever give: up to {} lie "
                                   "between two snapshots, and each takes its time",
                                   spell_duration(*target.rpo), spell_duration(*wait)),
                       "run more often, or promise less");
    }
}

void check_caps(const std::vector<Promise>& promises, RuleReport& report) {
    for (const auto& promise : promises) {
        const auto& keep = promise.protect->keep;
        if (!keep || !keep->max_age || !promise.gap || keep->min_count.value_or(1) > 1) continue;
        if (*keep->max_age < *promise.gap)
            report.add(child_path("protect", promise.name) + ".keep.max_age",
                       fmt::format("{} removes everything but the newest proven snapshot: up to {} "
                                   "lie between two of them",
                                   spell_duration(*keep->max_age), spell_duration(*promise.gap)),
                       "let it be longer than the time between two snapshots, or add min_count");
    }
}

}  // namespace

void check_times(const Policy& policy, const Zone& zone, RuleReport& report) {
    const Calendar calendar{zone, {policy.calendar.holidays, {}}};
    const auto check = [&](const std::string& section, const auto& entries) {
        for (const auto& [name, entry] : entries)
            if (entry.schedule)
                check_schedule(child_path(section, name) + ".schedule", *entry.schedule, calendar,
                               report);
    };
    check("protect", policy.protect);
    check("maintain", policy.maintain);
    check("drills", policy.drills);
    if (report.is_broken_inside("protect") || report.is_broken_inside("targets")) return;
    if (std::ranges::any_of(policy.protect, [&](const auto& each) {
            return report.found_inside(child_path("protect", each.first));
        }))
        return;
    const auto promises = promises_of(policy, calendar);
    check_objectives(policy, promises, report);
    check_caps(promises, report);
}

}  // namespace muster::codec
