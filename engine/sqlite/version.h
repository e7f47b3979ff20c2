// Which SQLite this is.
#pragma once

#include <string>

namespace muster {

std::string sqlite_version();    ///< "3.40.1"
std::string sqlite_source_id();  ///< date and hash of its sources

}  // namespace muster
