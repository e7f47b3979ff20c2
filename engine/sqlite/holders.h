// Which processes hold a database open, as far as /proc tells this user.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "engine/base/file.h"
#include "engine/base/time.h"

namespace muster {

struct Holder {
    pid_t pid = 0;
    std::string command;  ///< the command line, shortened
    bool operator==(const Holder&) const = default;
};

/// Processes with an open descriptor of the main file, -wal or -shm (by device and inode, so
/// however they spell the path), ordered by pid; never this process. Processes of other users are
/// invisible to all but root: an empty list is no proof that nobody holds it.
std::vector<Holder> holders_of(const fs::path& database);

/// "pid 4711 (app --serve), pid 12 (…)"; empty for nobody.
std::string spell_holders(const std::vector<Holder>& holders);

/// Of a database into which somebody waited so long to write; names who holds it.
Error stayed_locked(const fs::path& database, Duration wait);

}  // namespace muster
