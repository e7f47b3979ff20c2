// Which of two files an SQLite error is about, where one is copied into the other.
#pragma once

#include "engine/sqlite/connection.h"

namespace muster {

/// sqlite_error() of a copy that failed with `code`: about the file that was being written where
/// only that one is ever written or made, else about the one that was read.
Error copy_error(sqlite3* handle, int code, const fs::path& from, const fs::path& to);

}  // namespace muster
