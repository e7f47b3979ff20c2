// Is this copy sound? Asked of files that muster owns.
#pragma once

#include <functional>

#include "engine/base/file.h"
#include "engine/model/finding.h"

namespace muster {

struct VerifyOptions {
    Depth depth = Depth::full;
    fs::path scratch;  ///< for a private copy, made only where search indexes must be asked; empty:
                       ///< the system's temporary folder
    /// An Error ends the work within a second or so, and is what it returns; the checks that
    /// full-text tables bring are waited for, and so is a small database. Asked from several
    /// threads.
    std::function<Result<>()> keep_going = {};
};

/// Looks at a database nobody else writes, opened immutable. Findings, in this order, each with
/// expected, actual and coverage:
///   readable      opens and its schema can be read (a bad one ends the list); unchecked when a
///   -wal or
///                 -journal lies beside it, whose content was not looked at
///   integrity     quick_check at depth quick, integrity_check at depth full
///   foreign_keys  severity warning: SQLite does not enforce them by default
///   page_census   depth full: every page claimed exactly once (census.h)
///   full_text     depth full, one for each FTS3/4/5 table: its own integrity-check
///   rtree         depth full, one for each R-tree: rtreecheck()
/// What needs a collation, function or module that is not here is `unchecked` with its name: never
/// good, never bad. Depth checksum yields nothing. An Error only where muster's own I/O fails, and
/// that of keep_going.
Result<Findings> verify_database(const fs::path& path, const VerifyOptions& options,
                                 const std::string& subject);

}  // namespace muster
