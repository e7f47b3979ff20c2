// What a clone needs so that every fault of the catalogue finds a place in it.
#pragma once

#include <string_view>

#include "engine/base/file.h"
#include "engine/base/result.h"

namespace muster {

/// Tables that prepare_for_faults() adds.
inline constexpr std::string_view fault_rows = "muster_fault_rows";
inline constexpr std::string_view fault_parent = "muster_fault_parent";
inline constexpr std::string_view fault_child = "muster_fault_child";

/// Adds to `clone`, a database of the sandbox that nobody has open: a table of several pages with
/// an index and rows that need overflow pages, a parent and a child, free pages, a full-text and an
/// R-tree table where the library has these modules, and a view of a name that hides orphaned pages
/// from SQLite's own check. What was there stays; the clone is in journal mode DELETE afterwards,
/// and one of auto_vacuum FULL has INCREMENTAL, for it would keep no free pages. One that is
/// prepared already is left as it is.
Result<> prepare_for_faults(const fs::path& clone);

}  // namespace muster
