// Which rows the statements of a connection change.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/model/repair.h"
#include "engine/sqlite/connection.h"

namespace muster {

/// While it lives, every row that is inserted, updated or deleted through the connection is
/// counted, by triggers too; not those of tables that virtual tables keep for themselves. Takes
/// the connection's preupdate hook (https://sqlite.org/c3ref/preupdate_blobwrite.html). Must not be
/// moved: SQLite holds its address.
class RowWatch {
public:
    static constexpr std::size_t most_rows = 20;

    explicit RowWatch(Connection& connection);
    ~RowWatch();
    RowWatch(const RowWatch&) = delete;
    RowWatch& operator=(const RowWatch&) = delete;

    /// What was changed since the last call, by table.
    std::vector<TouchedRows> take();

private:
    enum class Kind { rowid, without_rowid, hidden };
    static void note(void* self, sqlite3* handle, int operation, const char* schema,
                     const char* table, sqlite3_int64 before, sqlite3_int64 after);

    Connection& connection_;
    std::map<std::string, Kind, std::less<>> kinds_;  ///< of all tables
    std::map<std::string, TouchedRows, std::less<>> touched_;
};

}  // namespace muster
