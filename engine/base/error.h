// The one table of what can go wrong in the world, and what each failure means to a caller.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace muster {

enum class ErrorCode {
    internal,
    io,
    sqlite,
    not_found,
    not_a_file,
    permission_denied,
    no_space,
    not_a_database,
    damaged,
    other_findings,
    repair_failed,
    no_snapshot,
    objective_missed,
    strict_plan,
    stale_plan,
    plan_used,
    target_exists,
    live_database,
    exclusive_holder,
    writer_pause,
    hard_links,
    mount_point,
    manifest_mismatch,
    newer_tool_major,
    newer_schema,
    key_missing,
    key_invalid,
    not_available,
    unfinished_snapshot,
    last_backup_failed,
    rolled_back,
    service_failed,
    timed_out,
    invalid_policy,
    usage,
    lease_held,
    store_unreachable,
    partial,
    interrupted,
    terminated,
};

/// What the outside sees of an ErrorCode. `name` is stable: it appears in JSON and documentation.
struct ErrorRow {
    ErrorCode code;
    std::string_view name;
    int exit_status;
    bool retryable;  ///< the same call may succeed later with nothing mended by hand
    std::string_view meaning;
};

/// Every code once, in the order of ErrorCode.
const std::vector<ErrorRow>& error_table();
const ErrorRow& row_of(ErrorCode code);
std::string_view name_of(ErrorCode code);
int exit_status_of(ErrorCode code);

/// Of several exit statuses the one a command ends with: the first of
/// 130/143, 8, 10, 9, 7, 6, 5, 3, 4, 1, then 2, then 0.
int worst_exit_status(int left, int right);

/// A failure of the world. `message` names the thing and the reason; `hint` says what to do next.
struct Error {
    ErrorCode code = ErrorCode::internal;
    std::string message;
    std::string hint;
    std::vector<std::string> context;  ///< outermost last: what was being done

    /// The same error, with what the caller was doing added.
    Error during(std::string what) const;
    /// "message (while …); hint", for people.
    std::string text() const;
};

}  // namespace muster
