// Policies' schedules for tests of timers, and a small time zone of their own.
#pragma once

#include <string>
#include <vector>

#include "engine/model/schedule_export.h"

namespace muster::test {

inline Zone berlin_until_2037() {
    Zone zone{"Europe/Berlin", {}};
    // Last Sundays of March and October, 01:00 UTC, as long as exported timers look ahead.
    for (int year = 2026; year <= 2037; ++year)
        for (const auto month : {std::chrono::March, std::chrono::October}) {
            const std::chrono::sys_days day{std::chrono::year{year} / month /
                                            std::chrono::Sunday[std::chrono::last]};
            const std::chrono::hours offset{month == std::chrono::March ? 2 : 1};
            zone.spans.push_back({day + std::chrono::hours{1}, offset});
        }
    zone.spans.insert(zone.spans.begin(), {Time{}, std::chrono::hours{1}});
    return zone;
}

inline Zone steady(const std::string& name, std::chrono::minutes offset) {
    return {name, {{Time{}, offset}}};
}

inline ScheduleSpec every(const std::string& span) {
    ScheduleSpec out;
    out.every = TextForm<Duration>::parse(span).value();
    return out;
}
inline ScheduleSpec cron(const std::string& fields) {
    ScheduleSpec out;
    out.cron = TextForm<Cron>::parse(fields).value();
    return out;
}
inline ScheduleSpec monthly(const std::string& day, const std::string& at) {
    ScheduleSpec out;
    out.monthly = TextForm<MonthDay>::parse(day).value();
    out.at = TextForm<TimeOfDay>::parse(at).value();
    return out;
}
inline ScheduleSpec within(ScheduleSpec schedule, const std::string& window) {
    schedule.window = TextForm<TimeWindow>::parse(window).value();
    return schedule;
}

inline ScheduleSpec without(ScheduleSpec schedule, const std::string& dates) {
    schedule.blackout.push_back(TextForm<DateSpan>::parse(dates).value());
    return schedule;
}

/// One of each form, and the corners of each.
inline std::vector<ScheduleSpec> schedules() {
    return {every("4h"),
            every("5h"),
            every("90m"),
            every("7d"),
            without(every("7d"), "2027-03-29..2027-03-30"),
            within(every("6h"), "02:15-05:00"),
            cron("15 2 * * *"),
            cron("*/20 * * * *"),
            cron("30 1-4 1,15 * mon"),
            cron("0 9-17/2 * 3-11 mon-fri"),
            monthly("first business day", "06:00"),
            monthly("last business day", "02:30"),
            monthly("last sunday", "02:30"),
            monthly("second tuesday", "04:00"),
            monthly("30", "04:00"),
            monthly("last", "23:45")};
}

/// A policy in Europe/Berlin on a machine whose clock is UTC, with one job.
inline ScheduleExport export_with(const ScheduleSpec& schedule,
                                  const std::string& name = "protect.finance") {
    ScheduleExport out;
    out.policy_name = "finance-dr";
    out.policy_path = "/etc/muster/finance.yaml";
    out.binary = "/usr/bin/muster";
    out.tool_version = "1.2.3";
    out.state = "/var/lib/muster";
    out.zone = berlin_until_2037();
    out.jobs = {{name, schedule, {}, false}};
    out.writes = {"/srv/backups"};
    out.reads = {"/srv/data"};
    return out;
}

}  // namespace muster::test
