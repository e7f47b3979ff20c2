#include "drills/faults/prepare.h"

#include <fmt/format.h>

#include "engine/sqlite/connection.h"

namespace muster {
namespace {

Result<bool> has_table(Connection& clone, std::string_view name) {
    MUSTER_TRY(
        const auto count,
        clone.query_integer(fmt::format(
            "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = '{}'", name)));
    return count > 0;
}

/// Where the library lacks the module there is nothing to be broken.
Result<> add_virtual(Connection& clone, std::string_view module, const std::string& sql) {
    MUSTER_TRY(const auto there,
               clone.query_integer(fmt::format(
                   "SELECT count(*) FROM pragma_module_list WHERE name = '{}'", module)));
    return there == 0 ? Result<>{} : clone.run(sql);
}

Result<> add_tables(Connection& clone) {
    MUSTER_TRY(const auto page_size, clone.query_integer("PRAGMA page_size"));
    const auto rows = fmt::format(
        "CREATE TABLE {0}(id INTEGER PRIMARY KEY, name TEXT NOT NULL, value BLOB);"
        "CREATE INDEX {0}_name ON {0}(name);"
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 24)"
        "INSERT INTO {0} SELECT i, 'fault row ' || i, zeroblob({1}) FROM n;"
        "INSERT INTO {0} VALUES (25, 'long row 25', zeroblob({2})), (26, 'long row 26', zeroblob({2}));",
        fault_rows, page_size / 6, page_size * 5 / 2);
    const auto pair = fmt::format(
        "CREATE TABLE {0}(id INTEGER PRIMARY KEY, name TEXT); INSERT INTO {0} VALUES (1, 'parent');"
        "CREATE TABLE {1}(id INTEGER PRIMARY KEY, parent INTEGER REFERENCES {0}(id));"
        "INSERT INTO {1} VALUES (1, 1);",
        fault_parent, fault_child);
    MUSTER_CHECK(clone.run(rows + pair));
    MUSTER_CHECK(add_virtual(
        clone, "fts5",
        "CREATE VIRTUAL TABLE muster_fault_words USING fts5(body);"
        "INSERT INTO muster_fault_words VALUES ('all hands on deck'), ('man overboard'), ('abandon ship')"));
    return add_virtual(clone, "rtree",
                       "CREATE VIRTUAL TABLE muster_fault_places USING rtree(id, x0, x1);"
                       "INSERT INTO muster_fault_places VALUES (1, 0, 1), (2, 1, 2), (3, 2, 3)");
}

Result<> free_pages(Connection& clone) {
    MUSTER_TRY(const auto page_size, clone.query_integer("PRAGMA page_size"));
    return clone.run(fmt::format(
        "CREATE TABLE muster_fault_spare(value BLOB);"
        "INSERT INTO muster_fault_spare VALUES (zeroblob({})); DROP TABLE muster_fault_spare",
        page_size * 10));
}

/// integrity_check looks for orphans only where the first table that it comes upon has pages; which
/// one that is hangs on a hash of all names (seen with 3.40).
Result<bool> hides_orphans(const fs::path& clone) {
    MUSTER_TRY(auto fresh, Connection::open(clone, OpenMode::immutable));
    MUSTER_TRY(
        const auto first,
        fresh.query_value("SELECT type FROM pragma_table_list WHERE schema = 'main' LIMIT 1"));
    return first == "view" || first == "virtual";
}

Result<Connection> open_exclusively(const fs::path& clone) {
    MUSTER_TRY(auto connection, Connection::open(clone, OpenMode::read_write));
    // Nobody misses a clone that a power cut takes.
    MUSTER_CHECK(connection.query_value("PRAGMA journal_mode = DELETE"));
    MUSTER_CHECK(connection.run("PRAGMA synchronous = OFF"));
    return connection;
}

Result<> add_view(const fs::path& clone) {
    constexpr int most_names = 64;
    for (int number = 1; number <= most_names; ++number) {
        const auto name = fmt::format("muster_fault_view_{}", number);
        {
            MUSTER_TRY(auto connection, open_exclusively(clone));
            MUSTER_CHECK(connection.run(
                fmt::format("CREATE VIEW {} AS SELECT id FROM {}", name, fault_rows)));
        }
        MUSTER_TRY(const bool hidden, hides_orphans(clone));
        if (hidden || number == most_names) break;
        MUSTER_TRY(auto connection, open_exclusively(clone));
        MUSTER_CHECK(connection.run("DROP VIEW " + name));
    }
    return {};
}

}  // namespace

Result<> prepare_for_faults(const fs::path& clone) {
    {
        MUSTER_TRY(auto connection, open_exclusively(clone));
        MUSTER_TRY(const bool prepared, has_table(connection, fault_rows));
        if (prepared) return {};
        MUSTER_CHECK(connection.run("PRAGMA foreign_keys = OFF"));
        MUSTER_TRY(const auto vacuum, connection.query_integer("PRAGMA auto_vacuum"));
        if (vacuum == 1) MUSTER_CHECK(connection.run("PRAGMA auto_vacuum = INCREMENTAL"));
        MUSTER_CHECK(add_tables(connection));
        MUSTER_CHECK(free_pages(connection));
    }
    return add_view(clone);
}

}  // namespace muster
