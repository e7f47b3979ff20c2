// What lies on disk of a database: decides by which way it can be read unchanged.
#pragma once

#include "engine/sqlite/header.h"
#include "engine/sqlite/sidecars.h"
#include "engine/sqlite/source_lock.h"

namespace muster {

struct DiskState {
    DatabaseHeader header;
    Bytes bytes;
    bool wal = false;  ///< a -wal exists, of whatever size
    Bytes wal_bytes;
    bool shm = false;
    bool hot_journal = false;  ///< a crashed commit that must be rolled back

    /// Not the header alone: SQLite uses a -wal that it finds whatever the header says.
    bool wal_mode() const { return header.wal || wal; }
};

/// Looks while `lock` is held: journal mode, a hot journal and a -wal that is there stay as they
/// are then. Fails with not_a_database when there is no header, unless there is not one byte.
Result<DiskState> look_at(const SourceLock& lock, const fs::path& database);

}  // namespace muster
