// Looks through a folder for SQLite databases, by what files hold and never by their names.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/base/file.h"
#include "engine/model/init_report.h"

namespace muster {

/// Where the search ends; a note says so where it did.
struct SearchBounds {
    int depth = 8;  ///< folders below the one that is looked through
    std::size_t entries = 200'000;
    std::size_t databases = 500;
};

struct FoundDatabases {
    std::vector<FoundDatabase> databases;  ///< those near the folder first, then by path
    std::vector<std::string> notes;
};

/// Databases below `folder`. Passed over in silence: hidden folders, sidecars, and what muster
/// itself made (snapshots, files of a run at work). Passed over with a note: what may not be read,
/// stores, state directories, links that lead out of the folder, all beyond the bounds.
/// Fails only when `folder` itself is no folder or may not be read.
Result<FoundDatabases> find_databases(const fs::path& folder, const SearchBounds& bounds = {});

}  // namespace muster
