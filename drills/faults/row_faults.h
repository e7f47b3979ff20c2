// Damage to the rows of a database: by SQL, so that its pages stay sound.
#pragma once

#include "drills/faults/injection.h"
#include "engine/base/file.h"
#include "engine/model/fault.h"

namespace muster {

/// Breaks one thing in `database`, a plain file that nobody has open, in journal mode DELETE
/// afterwards:
///   full_text    a text that the index of a full-text table knows is gone
///   rtree        an entry of an R-tree names no node any more
///   foreign_key  a row names a parent that is not there
///   changed_row  a value of the prepared table is another one: sound, and not what was backed up
/// Not done where the database has no such table; prepare_for_faults() adds them.
Result<Injection> damage_rows(Fault fault, const fs::path& database, std::uint64_t seed);

/// Leaves beside `database` a -wal of a writer that did the same as changed_row and was killed
/// before it folded the log in. The database file itself stays as it is, byte for byte; `scratch`
/// is a folder for copies.
Result<Injection> leave_stale_wal(const fs::path& database, const fs::path& scratch,
                                  std::uint64_t seed);

/// Whether it is of the database file itself, and damage_file() knows it.
bool damages_a_file(Fault fault);

/// damage_pages() or damage_rows(), whichever knows `fault`.
Result<Injection> damage_file(Fault fault, const fs::path& database, std::uint64_t seed);

}  // namespace muster
