// What the system refused SQLite that opens, writes, syncs or removes a file: a failing disk, a
// full one, too many open files. SQLite passes over some of it (folding a log when the last
// connection closes, removing a sidecar), and tells some of it by what its second try met: "No such
// file" where the disk is full.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "engine/base/file.h"

namespace muster {

struct SystemFault {
    std::string_view doing;  ///< "open", "write", "shorten", "remove" or "sync"
    fs::path path;
    int number = 0;  ///< errno

    /// "cannot sync app.db-wal: Input/output error".
    Error error() const;
};

/// From the first call on, the faults of each thread are noted. Refusals that are no fault of the
/// system (no such file, no permission, a read-only medium) are not.
void watch_for_system_faults();

/// Those of this thread that nobody took, oldest first; no more than the latest 16 are kept.
std::vector<SystemFault> take_system_faults();

/// Takes those of this thread about `database` or a sidecar of it, for one failure may be tried
/// twice; the latest.
std::optional<SystemFault> take_system_fault_of(const fs::path& database);

}  // namespace muster
