#include "engine/base/error.h"

#include <algorithm>
#include <array>

namespace muster {

const std::vector<ErrorRow>& error_table() {
    using enum ErrorCode;
    static const std::vector<ErrorRow> table{
        {internal, "internal", 1, false, "a fault of muster itself"},
        {io, "io", 1, true, "the file system failed"},
        {sqlite, "sqlite", 1, true, "SQLite failed for a reason with no name of its own"},
        {not_found, "not_found", 8, false, "a path that was given does not exist"},
        {not_a_file, "not_a_file", 8, false, "a path that was given is a directory or a device"},
        {permission_denied, "permission_denied", 10, false, "the operating system refused access"},
        {no_space, "no_space", 7, true, "too little free space for the work"},
        {not_a_database, "not_a_database", 8, false, "the file is empty or no SQLite database"},
        {damaged, "damaged", 4, false, "checked and found bad"},
        {other_findings, "other_findings", 4, false,
         "something else is wrong with the database, and care for it might hide that"},
        {repair_failed, "repair_failed", 4, false,
         "a repair did not put its check right, or made another one worse"},
        {no_snapshot, "no_snapshot", 4, true, "there is no backup that could be restored"},
        {objective_missed, "objective_missed", 4, false,
         "an objective (RPO, RTO) or a drill was missed"},
        {strict_plan, "strict_plan", 5, false,
         "the plan is not clean and --strict-plan was asked for"},
        {stale_plan, "stale_plan", 6, false, "the facts the plan rests on have changed"},
        {plan_used, "plan_used", 6, false, "the plan was applied before; a plan is used once"},
        {target_exists, "target_exists", 7, false,
         "something is in the way and --force was not given"},
        {live_database, "live_database", 7, false, "the path is, or is held as, a live database"},
        {exclusive_holder, "exclusive_holder", 7, true,
         "another process locks everybody out of the database"},
        {writer_pause, "writer_pause", 7, true, "no way of copying keeps within max_writer_pause"},
        {hard_links, "hard_links", 7, false,
         "the file has several names; SQLite would keep several logs"},
        {mount_point, "mount_point", 7, false,
         "the file is a mount point and cannot be renamed over"},
        {manifest_mismatch, "manifest_mismatch", 7, false,
         "the manifest does not describe the artifact"},
        {newer_tool_major, "newer_tool_major", 7, false,
         "written by a newer major version of muster"},
        {newer_schema, "newer_schema", 7, false, "the schema is newer than the policy supports"},
        {key_missing, "key_missing", 7, false,
         "it is encrypted, and the key it names was not given"},
        {key_invalid, "key_invalid", 8, false, "what was given as a key is none"},
        {not_available, "not_available", 7, false, "this version cannot do it yet"},
        {unfinished_snapshot, "unfinished_snapshot", 7, false, "the snapshot was never committed"},
        {last_backup_failed, "last_backup_failed", 7, false,
         "nothing is pruned of a target whose last backup failed"},
        {rolled_back, "rolled_back", 1, false, "the restore failed and the former state is back"},
        {service_failed, "service_failed", 1, false,
         "a service could not be stopped or started, or did not get healthy"},
        {timed_out, "timed_out", 1, true, "it took longer than it may"},
        {invalid_policy, "invalid_policy", 8, false, "the policy or plan has problems"},
        {usage, "usage", 8, false, "the command line cannot be understood"},
        {lease_held, "lease_held", 9, true, "another run works on the same target"},
        {store_unreachable, "store_unreachable", 10, true,
         "the store cannot be reached or written"},
        {partial, "partial", 3, true, "some steps failed, the rest is done"},
        {interrupted, "interrupted", 130, true, "stopped by SIGINT"},
        {terminated, "terminated", 143, true, "stopped by SIGTERM"},
    };
    return table;
}

const ErrorRow& row_of(ErrorCode code) {
    return error_table()[static_cast<std::size_t>(code)];
}
std::string_view name_of(ErrorCode code) {
    return row_of(code).name;
}
int exit_status_of(ErrorCode code) {
    return row_of(code).exit_status;
}

int worst_exit_status(int left, int right) {
    static constexpr std::array order{130, 143, 8, 10, 9, 7, 6, 5, 3, 4, 1, 2, 0};
    return *std::ranges::find_if(order,
                                 [&](int status) { return status == left || status == right; });
}

Error Error::during(std::string what) const {
    Error deeper = *this;
    deeper.context.push_back(std::move(what));
    return deeper;
}

std::string Error::text() const {
    std::string out = message;
    for (const auto& what : context) out += " (while " + what + ")";
    if (!hint.empty()) out += "; " + hint;
    return out;
}

}  // namespace muster
