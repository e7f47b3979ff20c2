// Gives the free pages of a database back, in place, beside those who use it.
#pragma once

#include <functional>

#include "engine/base/host.h"
#include "engine/model/outcome.h"

namespace muster {

struct CompactOptions {
    Duration wait = std::chrono::seconds{10};  ///< for those who read or write it
    std::function<Result<>()> keep_going = {};
};

/// Folds the log in, then VACUUM (incremental_vacuum where the database is set up for that), then
/// PRAGMA optimize; the log is folded in again. Only for a database that was found sound: VACUUM
/// makes clean-looking files of damaged ones. Each is one transaction of SQLite: killed anywhere,
/// the database is as it was or as it ought to be.
///
/// What all tables hold is read before and after, and compared. Where they differ and nobody else
/// committed meanwhile, `content` is bad; where somebody did, or a table cannot be read without its
/// application, unchecked.
///
/// Errors, with nothing changed: no_space before anything is written; exclusive_holder after
/// `wait`; sqlite where a collation, function or module of the schema is not here; that of
/// keep_going.
Result<Compacted> compact_database(const fs::path& path, const CompactOptions& options);

}  // namespace muster
