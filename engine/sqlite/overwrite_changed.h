// The way of overwrite_database() where a database has no log: only pages that differ are written.
#pragma once

#include "engine/sqlite/connection.h"
#include "engine/sqlite/overwrite.h"

namespace muster {

/// Whether `target` can be written that way: it has a rollback journal, both have pages of one
/// size, and it ends with a page.
Result<bool> has_comparable_pages(Connection& target, const fs::path& from);

/// As overwrite_database(): SQLite's own locks and a journal of its own form, so that others wait
/// for it as for any writer, and roll it back where it is killed. Readers are kept out only while
/// pages are written, not while they are compared. After a failure the former content is back, or
/// the journal that brings it back lies there; only where it was the removal of that one that did
/// not reach the disk, `target` holds the new content.
Result<> overwrite_changed(const fs::path& from, Connection target,
                           const OverwriteOptions& options);

}  // namespace muster
