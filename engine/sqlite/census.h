// Every page of a database file claimed exactly once, from the raw bytes.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/base/file.h"

namespace muster {

struct Census {
    std::uint64_t pages = 0;  ///< of the database; bytes of the file past them do not count
    std::uint64_t tree = 0;   ///< b-tree pages of tables and indexes
    std::uint64_t overflow = 0;
    std::uint64_t freelist = 0;  ///< trunks and leaves
    std::uint64_t pointer_map = 0;
    std::uint64_t lock = 0;  ///< 1 when the file reaches past 1 GiB
    std::uint64_t orphaned = 0;
    std::vector<std::string> faults;  ///< the first ones, in words
    std::uint64_t fault_count = 0;    ///< all of them

    bool sound() const { return fault_count == 0; }
};

/// Walks all b-trees from the roots in sqlite_schema, overflow chains, freelist, pointer maps.
/// Faults: orphaned, claimed twice (a cycle shows as that), out of range, bad page type, malformed
/// cells, freelist count, truncated file, no database. Reads page by page; needs one bit per page
/// and no trust in the bytes. An Error only when the file cannot be read.
///
/// `keep_going` is asked now and then; its Error ends the walk and is what it returns.
///
/// Opens and closes the file: not for one that has a locked connection in this process.
Result<Census> take_census(const fs::path& path, const std::function<Result<>()>& keep_going = {});

}  // namespace muster
