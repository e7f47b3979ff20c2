// Damage to the pages of a database, as a failing disk or a broken copy does it: past SQLite.
#pragma once

#include "drills/faults/injection.h"
#include "engine/base/file.h"
#include "engine/model/fault.h"

namespace muster {

/// Breaks one thing in `database`, a plain file that nobody has open, without a log beside it:
///   page_bit       the type of a leaf of some table
///   index_bit      a byte of a key in an index: its row is missing from the index then
///   overflow_bit   where a chain of overflow pages goes on
///   freelist_bit   which page a trunk of the freelist names
///   header_bit     the words that say that it is a database
///   value_bit      a byte of a value of the prepared table that no index holds
///   unused_bit     a byte of a free page
///   truncated      a third of its pages, and half a page, is cut off
///   zeroed         a leaf of some table
///   swapped_pages  two leaves of one table, beside each other
///   orphaned_page  the header forgets its freelist
/// Any page size, reserved bytes, the lock page and pointer maps are known. Not done where the
/// database has no such place; after prepare_for_faults() it has every one. Errors: of a file that
/// is no sound database, and those of the file system.
Result<Injection> damage_pages(Fault fault, const fs::path& database, std::uint64_t seed);

}  // namespace muster
