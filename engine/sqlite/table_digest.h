// Makes the DatabaseDigest of a database, and tells two apart in words.
#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/model/database_digest.h"
#include "engine/sqlite/connection.h"

namespace muster {

/// Digests every table in key order, values tagged with their type: 1, '1', 1.0, x'31' and NULL
/// differ. Virtual tables are left out (their shadow tables are in), generated virtual columns
/// are not evaluated. A table that needs a collation or function that is not here stands in
/// `unchecked`, never silently left out. One read transaction; rows are streamed.
Result<DatabaseDigest> digest_database(Connection& connection);

/// Empty when both are the same. What either could not check is a difference of its own.
std::vector<std::string> differences(const DatabaseDigest& before, const DatabaseDigest& after);

}  // namespace muster
