#include "drills/faults/mutation.h"

#include <fmt/format.h>

#include <functional>
#include <string>

namespace muster {
namespace {

constexpr int rows_each = 10;

struct Column {
    std::string name;
    bool key = false;
};

struct Table {
    std::string name;
    std::vector<Column> columns;  ///< those that hold values
};

Result<std::vector<Table>> tables_of(Connection& clone) {
    std::vector<Table> tables;
    MUSTER_TRY(
        auto names,
        clone.prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' "
                      "AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY name"));
    for (;;) {
        MUSTER_TRY(const bool row, names.step());
        if (!row) break;
        tables.push_back({std::string{names.text(0)}, {}});
    }
    for (auto& table : tables) {
        MUSTER_TRY(auto columns,
                   clone.prepare("SELECT name, pk FROM pragma_table_xinfo(?1) WHERE hidden = 0"));
        columns.bind(1, table.name);
        for (;;) {
            MUSTER_TRY(const bool row, columns.step());
            if (!row) break;
            table.columns.push_back({std::string{columns.text(0)}, columns.integer(1) > 0});
        }
    }
    return tables;
}

/// Rows changed by `sql`, 0 when a constraint or a missing function forbids it here.
Result<std::int64_t> attempt(Connection& clone, const std::string& sql) {
    MUSTER_CHECK(clone.run("SAVEPOINT attempt"));
    auto statement = clone.prepare(sql);
    const auto stepped = statement ? statement->step() : Result<bool>{Failure(statement.error())};
    const auto changed = stepped ? sqlite3_changes64(clone.handle()) : 0;
    if (statement) statement->reset();
    MUSTER_CHECK(clone.run(stepped ? "RELEASE attempt" : "ROLLBACK TO attempt; RELEASE attempt"));
    return changed;
}

/// Statements that would do one kind of damage to a table, the most telling one first.
using Ways = std::function<std::vector<std::string>(const Table&)>;

std::vector<std::string> ways_to_delete(const Table& table) {
    return {fmt::format("DELETE FROM {0} WHERE rowid IN (SELECT rowid FROM {0} LIMIT {1})",
                        quote_name(table.name), rows_each),
            fmt::format("DELETE FROM {}", quote_name(table.name))};  // WITHOUT ROWID
}

std::vector<std::string> ways_to_update(const Table& table) {
    std::vector<std::string> out;
    for (const auto& column : table.columns) {
        if (column.key) continue;
        const auto name = quote_name(column.name);
        const auto changed = fmt::format(
            "CASE typeof({0}) WHEN 'text' THEN {0} || ' (changed by a muster drill)' WHEN 'blob' THEN x'6d7573746572' ELSE coalesce({0}, 0) + 1 END",
            name);
        for (const auto& value : {changed, name + " || '~'"})
            out.push_back(fmt::format(
                "UPDATE {0} SET {1} = {2} WHERE rowid IN (SELECT rowid FROM {0} LIMIT {3})",
                quote_name(table.name), name, value, rows_each));
    }
    return out;
}

std::vector<std::string> ways_to_insert(const Table& table) {
    std::string names, copied, fresh;
    for (const auto& column : table.columns) {
        const auto name = quote_name(column.name);
        const std::string comma = names.empty() ? "" : ", ";
        names += comma + name;
        // A key must differ from every other row's; other values may be copied.
        copied += comma + (column.key ? "NULL" : name);
        fresh +=
            comma +
            fmt::format(
                "CASE typeof({0}) WHEN 'integer' THEN (SELECT max({0}) FROM {1}) + 1 WHEN 'text' THEN {0} || '~muster' ELSE {0} END",
                name, quote_name(table.name));
    }
    const auto insert = [&](const std::string& values) {
        return fmt::format("INSERT INTO {0}({1}) SELECT {2} FROM {0} LIMIT 1",
                           quote_name(table.name), names, values);
    };
    return {insert(copied), insert(fresh)};
}

Result<> do_once(Connection& clone, const std::vector<Table>& tables, std::string_view kind,
                 const Ways& ways, std::vector<Mutation>& done) {
    for (const auto& table : tables) {
        if (table.columns.empty()) continue;
        for (const auto& sql : ways(table)) {
            MUSTER_TRY(const auto rows, attempt(clone, sql));
            if (rows == 0) continue;
            done.push_back({std::string{kind}, table.name, rows});
            return {};
        }
    }
    return {};
}

}  // namespace

Result<std::vector<Mutation>> mutate(Connection& clone) {
    // The damage must happen even where the application's own rules would have refused it.
    sqlite3_db_config(clone.handle(), SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
    MUSTER_CHECK(clone.run(
        "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; BEGIN IMMEDIATE"));
    MUSTER_TRY(const auto tables, tables_of(clone));
    std::vector<Mutation> done;
    MUSTER_CHECK(do_once(clone, tables, "insert", ways_to_insert, done));
    MUSTER_CHECK(do_once(clone, tables, "update", ways_to_update, done));
    MUSTER_CHECK(do_once(clone, tables, "delete", ways_to_delete, done));
    MUSTER_CHECK(clone.run(
        "CREATE TABLE muster_drill_damage(id INTEGER PRIMARY KEY, note TEXT);"
        "INSERT INTO muster_drill_damage(note) VALUES ('this table must be gone after the restore')"));
    done.push_back({"schema", "muster_drill_damage", 1});
    MUSTER_CHECK(clone.run("COMMIT"));
    return done;
}

}  // namespace muster
