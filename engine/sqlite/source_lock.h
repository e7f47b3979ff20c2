// SQLite's SHARED lock on a database file, held by muster itself.
#pragma once

#include "engine/base/file.h"
#include "engine/base/time.h"

namespace muster {

/// While it is held nobody commits in rollback mode, rolls a journal back, switches the journal
/// mode, or removes a -wal at closing (https://sqlite.org/lockingv3.html, byte ranges of os.h).
/// WAL writers go on. An open file description lock: unlike SQLite's own locks it survives other
/// descriptors of the file being closed in this process.
///
/// Its descriptor must outlive every SQLite connection to the file that this process wants to keep:
/// closing it drops their locks.
class SourceLock {
public:
    /// Opens the file; holds nothing yet.
    static Result<SourceLock> open(const fs::path& path);

    /// false: somebody holds or awaits an exclusive lock now.
    Result<bool> try_shared();
    void release();
    /// Somebody else has begun to write in rollback mode (RESERVED, PENDING or EXCLUSIVE).
    Result<bool> writer_present() const;
    /// Another connection of SQLite holds the file SHARED or more: one that reads now, or any in
    /// WAL mode.
    Result<bool> user_present() const;

    /// The open file is the one `status` tells of.
    Result<bool> is(const FileStatus& status) const;

    const File& file() const { return file_; }

private:
    explicit SourceLock(File file) : file_(std::move(file)) {}
    File file_;
};

}  // namespace muster
