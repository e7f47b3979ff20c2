// The files that SQLite keeps beside a database.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "engine/base/file.h"

namespace muster {

/// Each is named by the path of the database and one of these.
inline constexpr std::array<std::string_view, 3> sqlite_sidecars{"-wal", "-shm", "-journal"};

inline fs::path sidecar(const fs::path& database, std::string_view suffix) {
    return database.native() + std::string{suffix};
}

}  // namespace muster
