// Whether a copy still holds what the database holds.
#pragma once

#include "engine/base/file.h"

namespace muster {

/// Compares `database`, which nobody can change now and which has no log, with an online copy of
/// it, page by page. What a copy never shares is passed over: the header's change counters, schema
/// cookie and journal mode, and the page at the lock byte (https://sqlite.org/fileformat.html).
/// false: something was committed after the copy was taken.
///
/// Takes an open file, since opening and closing the database would drop the process's locks on it.
Result<bool> same_pages(const File& database, const fs::path& copy);

}  // namespace muster
