// A check that a program of the user makes.
#pragma once

#include "engine/base/host.h"
#include "engine/model/finding.h"
#include "engine/model/policy/check_spec.h"
#include "engine/sqlite/connection.h"

namespace muster {

/// Runs the check's command on a copy of its own of the database as the connection sees it, in a
/// private folder below host.scratch where the program also works; {database} in the argv is the
/// path of that copy, and both are gone afterwards. A copy, never the file that was examined or
/// will be restored: whatever the program does, that one is what it was.
///
/// Code `check`, severity as in the spec. Bad when it ends with another status than 0, by a signal,
/// or not within its time; `actual` then ends in the last it wrote. Unchecked where it cannot be
/// run. It is not given host.secret_variables, what is named MUSTER_*, nor CREDENTIALS_DIRECTORY.
/// Errors: no_space for the copy, those of reading and writing it, and of host.keep_going.
Result<Finding> check_by_program(Connection& connection, const CheckSpec& check,
                                 const std::string& subject, const Host& host);

}  // namespace muster
