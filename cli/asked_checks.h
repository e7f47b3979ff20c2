// Questions to a database that stand on the command line.
#pragma once

#include "cli/command.h"
#include "engine/model/policy/check_spec.h"

namespace muster {

inline constexpr Option check_option{
    "--check", "SQL",
    "a question that the database must answer: a SELECT that yields a row, without an error (may be given again)"};
inline constexpr Option expect_option{
    "--expect", "EXPECTATION",
    "what the --check before it must yield: one value, or a comparison such as '>= 1'"};

/// One check, of severity error, for each --check, with the --expect behind it; its name is its
/// SQL. ErrorCode::usage for SQL that no database could answer, for what is no expectation, and for
/// an --expect that belongs to no --check, or to one that has its own.
Result<std::vector<CheckSpec>> checks_of(const Arguments& arguments);

/// ErrorCode::usage where `checks` would not be asked: nothing is opened for a checksum.
Result<> require_opened(const std::vector<CheckSpec>& checks, Depth depth);

}  // namespace muster
