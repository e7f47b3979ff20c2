// What `schedule` says: runs to come, or timers made for another program.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/fields.h"
#include "engine/base/time.h"

namespace muster {

struct ComingRun {
    Time at{};
    std::string local;
    std::string job;
    std::string target;
    bool operator==(const ComingRun&) const = default;
};
template <>
struct Fields<ComingRun> {
    static constexpr std::string_view doc = "One run to come.";
    static constexpr auto list =
        FieldList{required("at", &ComingRun::at, "When it begins, jitter included (UTC)."),
                  required("local", &ComingRun::local,
                           "The same on the policy's clock, such as 2026-11-20T02:15:00+01:00."),
                  required("job", &ComingRun::job, "The job, such as protect.finance."),
                  required("target", &ComingRun::target,
                           "Name from targets; empty for a drill that needs none.")};
};

struct ExportedFile {
    std::string name;
    std::string text;
    std::optional<std::string> path;
    bool operator==(const ExportedFile&) const = default;
};
template <>
struct Fields<ExportedFile> {
    static constexpr std::string_view doc = "A file for another program that starts muster.";
    static constexpr auto list = FieldList{
        required("name", &ExportedFile::name, "Name that the file ought to have."),
        required("text", &ExportedFile::text, "What it holds."),
        optional("path", &ExportedFile::path, "Where it was written; absent where it was not.")};
};

struct ScheduleReport {
    std::string policy_name;
    std::string timezone;
    std::optional<Time> after;
    std::vector<ComingRun> runs;
    std::optional<std::string> format;
    std::vector<ExportedFile> files;
    std::vector<std::string> unscheduled;
    bool operator==(const ScheduleReport&) const = default;
};
template <>
struct Fields<ScheduleReport> {
    static constexpr std::string_view doc = "Runs to come, or timers made for another program.";
    static constexpr auto list = FieldList{
        required("policy_name", &ScheduleReport::policy_name, "Name of the policy."),
        required("timezone", &ScheduleReport::timezone, "Time zone of the policy."),
        optional("after", &ScheduleReport::after, "Runs are later than this (UTC)."),
        optional("runs", &ScheduleReport::runs, "Runs to come, the earliest first."),
        optional("format", &ScheduleReport::format, "Whom the files are for, such as systemd."),
        optional("files", &ScheduleReport::files, "The files that were made."),
        required("unscheduled", &ScheduleReport::unscheduled,
                 "Jobs without a schedule: they are due at every apply.")};
};

}  // namespace muster
