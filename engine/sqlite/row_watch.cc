#include "engine/sqlite/row_watch.h"

#include <algorithm>

namespace muster {

RowWatch::RowWatch(Connection& connection) : connection_(connection) {
    if (auto tables = connection.prepare(
            "SELECT name, type, wr FROM pragma_table_list WHERE schema = 'main'")) {
        for (auto row = tables->step(); row && *row; row = tables->step())
            kinds_.emplace(tables->text(0), tables->text(1) == "shadow" ? Kind::hidden
                                            : tables->integer(2) != 0   ? Kind::without_rowid
                                                                        : Kind::rowid);
    }
    sqlite3_preupdate_hook(connection.handle(), &RowWatch::note, this);
}

RowWatch::~RowWatch() {
    sqlite3_preupdate_hook(connection_.handle(), nullptr, nullptr);
}

std::vector<TouchedRows> RowWatch::take() {
    std::vector<TouchedRows> out;
    for (auto& [table, rows] : touched_) out.push_back(std::move(rows));
    touched_.clear();
    return out;
}

void RowWatch::note(void* self, sqlite3*, int operation, const char*, const char* table,
                    sqlite3_int64 before, sqlite3_int64 after) {
    auto& watch = *static_cast<RowWatch*>(self);
    const auto kind = watch.kinds_.find(std::string_view{table});
    if (kind != watch.kinds_.end() && kind->second == Kind::hidden) return;
    auto& touched = watch.touched_[table];
    touched.table = table;
    ++(operation == SQLITE_INSERT   ? touched.inserted
       : operation == SQLITE_DELETE ? touched.deleted
                                    : touched.updated);
    const bool numbered = kind != watch.kinds_.end() && kind->second == Kind::rowid;
    if (!numbered || touched.more) return;
    const std::int64_t row = operation == SQLITE_INSERT ? after : before;
    if (std::ranges::find(touched.rows, row) != touched.rows.end()) return;
    touched.more = touched.rows.size() == most_rows;
    if (!touched.more) touched.rows.push_back(row);
}

}  // namespace muster
