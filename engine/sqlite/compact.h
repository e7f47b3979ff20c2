// Gives the free pages of a database back, in place, beside those who use it.
#pragma once

#include <functional>

#include "engine/base/host.h"
#include "engine/model/outcome.h"

namespace muster {

struct CompactOptions {
    Duration wait = std::chrono::seconds{10};  ///< for those who read or write it
    /// Asked of a private copy before anything is written; its Error is the outcome.
    std::function<Result<>(const fs::path& copy)> examine = {};
};

/// Copies it, has the copy examined, packs it with VACUUM INTO, and compares what all tables of
/// copy and packed file hold, row numbers and all: a plain VACUUM renumbers the rows of tables
/// without a key. Only then the packed one is written into the database, as one transaction
/// (overwrite_database); where others committed since the copy, all of it is done again, a few
/// times. Killed anywhere, the database is as it was or packed. Then PRAGMA optimize, and the log
/// is folded in.
///
/// Errors, with nothing changed: what copy_database() and `examine` fail with; no_space;
/// exclusive_holder where others hold it for `wait`, or never stop committing; sqlite where a
/// collation, function or module of the schema is not here; damaged where the packed one holds
/// anything else.
Result<Compacted> compact_database(const fs::path& path, const CompactOptions& options,
                                   const Host& host);

}  // namespace muster
