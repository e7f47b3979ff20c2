#include "engine/sqlite/copy_error.h"

namespace muster {

Error copy_error(sqlite3* handle, int code, const fs::path& from, const fs::path& to) {
    const int primary = code & 0xff;
    const bool of_target = primary == SQLITE_FULL || primary == SQLITE_READONLY ||
                           primary == SQLITE_CANTOPEN || code == SQLITE_IOERR_WRITE ||
                           code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC ||
                           code == SQLITE_IOERR_TRUNCATE;
    return of_target ? sqlite_error(handle, code, to, "write")
                     : sqlite_error(handle, code, from, "copy");
}

}  // namespace muster
