// Policy SQL: it may read the database, and nothing else, for a limited time.
#pragma once

#include <cstdint>
#include <string>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "engine/model/finding.h"
#include "engine/model/policy.h"
#include "engine/sqlite/connection.h"

namespace muster {

inline constexpr Duration check_limit = std::chrono::seconds{30};

/// Runs one check. Code `check`, severity as in the spec. Bad when the value does not meet the
/// expectation, when there is no row, a NULL, or not exactly one column and row, when it takes
/// longer than `limit`, when the SQL is wrong or wants more than to read. Without an expectation
/// any rows are good, read to the last one; what they hold is told only of a lone number. Unchecked
/// when a function, collation or module it needs is not here. Never an Error: what goes wrong is
/// the answer.
Finding run_check(Connection& connection, const CheckSpec& check, const std::string& subject,
                  Duration limit = check_limit);

/// The one value a query yields, as text, under the same guard; `what` names it in the Error.
/// ErrorCode::sqlite when it yields anything else, or NULL.
Result<std::string> query_text(Connection& connection, const std::string& sql,
                               const std::string& what, Duration limit = check_limit);

/// The one whole number a query yields, under the same guard; `what` names it in the Error
/// ("revision"). ErrorCode::sqlite when it yields anything else.
Result<std::int64_t> query_number(Connection& connection, const std::string& sql,
                                  const std::string& what, Duration limit = check_limit);

}  // namespace muster
