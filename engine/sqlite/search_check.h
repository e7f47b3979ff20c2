// The checks that full-text and R-tree indexes bring themselves; integrity_check does not ask them
// before SQLite 3.44.
#pragma once

#include "engine/model/finding.h"
#include "engine/sqlite/connection.h"

namespace muster {

/// One finding for each FTS3/4/5 table (code full_text) and R-tree (code rtree), and an unchecked
/// one (code virtual_table) for each of a module that is not here. `artifact` is open; FTS wants a
/// handle that may write, and gets a private copy in `scratch`, made only then. An Error only when
/// the copy cannot be made.
Result<Findings> check_search_indexes(Connection& artifact, const fs::path& scratch,
                                      const std::string& subject);

}  // namespace muster
