// Whether anybody else has committed to a database since a moment.
#pragma once

#include <optional>
#include <string>

#include "engine/sqlite/connection.h"

namespace muster {

/// Holds the database open, and no lock, from open() to destruction. Destroy it after every other
/// connection of this process to the same file: closing its descriptor drops their locks.
class ChangeWatch {
public:
    /// The moment is that of the call.
    static Result<ChangeWatch> open(const fs::path& database);

    /// Also while this process holds the write lock. In WAL mode by PRAGMA data_version; with a
    /// rollback journal, where nobody may read then, by the change counter in the file's header.
    Result<bool> changed();

private:
    ChangeWatch(File file, Connection connection, bool wal)
        : file_(std::move(file)), connection_(std::move(connection)), wal_(wal) {}
    Result<std::string> mark();

    // Destroyed from the last to the first.
    File file_;
    Connection connection_;
    bool wal_;
    std::string at_first_;
};

}  // namespace muster
