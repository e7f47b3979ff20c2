// The virtual tables of a schema and the modules they are of.
#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/sqlite/connection.h"

namespace muster {

struct VirtualTable {
    std::string name;
    std::string module;           ///< lower case; empty when the SQL could not be read
    bool content_option = false;  ///< of FTS: the text stands in another table, or nowhere
};

/// By name. Reads sqlite_schema only: a module that is not here is no failure.
Result<std::vector<VirtualTable>> virtual_tables(Connection& connection);

}  // namespace muster
