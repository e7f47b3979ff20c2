// What is wrong with SQL that somebody typed, before there is a database to ask.
#pragma once

#include <optional>
#include <string>

namespace muster {

/// Why no database could answer it: it is no SQL, no statement or several, or it wants more than
/// to read. Nothing where only the database can tell, such as a table that is not there; SqlGuard
/// holds it to reading then.
std::optional<std::string> fault_of_sql(const std::string& sql);

}  // namespace muster
