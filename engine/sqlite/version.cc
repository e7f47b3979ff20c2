#include "engine/sqlite/version.h"

#include <sqlite3.h>

namespace muster {

std::string sqlite_version() {
    return sqlite3_libversion();
}
std::string sqlite_source_id() {
    return sqlite3_sourceid();
}

}  // namespace muster
