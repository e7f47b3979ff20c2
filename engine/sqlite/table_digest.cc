#include "engine/sqlite/table_digest.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cctype>
#include <map>
#include <optional>

#include "engine/sqlite/missing_part.h"

namespace muster {
namespace {

void add_number(Sha256Stream& stream, std::uint64_t number) {
    std::array<std::byte, 8> bytes{};
    for (auto& byte : bytes) {
        byte = static_cast<std::byte>(number & 0xffU);
        number >>= 8U;
    }
    stream.add(bytes);
}

void add_text(Sha256Stream& stream, std::string_view text) {
    add_number(stream, text.size());
    stream.add(text);
}

/// A letter for the type first: 1, '1', 1.0, x'31' and NULL differ.
void add_value(Sha256Stream& stream, const Statement& row, int column) {
    switch (row.type(column)) {
        case SQLITE_INTEGER:
            stream.add("I");
            add_number(stream, static_cast<std::uint64_t>(row.integer(column)));
            return;
        case SQLITE_FLOAT:
            stream.add("F");
            add_number(stream, std::bit_cast<std::uint64_t>(row.real(column)));
            return;
        case SQLITE_TEXT:
            stream.add("T");
            add_text(stream, row.text(column));
            return;
        case SQLITE_BLOB: {
            const auto blob = row.blob(column);
            stream.add("B");
            add_number(stream, blob.size());
            stream.add(blob);
            return;
        }
        default: stream.add("N");
    }
}

struct Rows {
    std::int64_t count = 0;
    Sha256 content;
};

Result<Rows> digest_rows(Connection& connection, const std::string& sql) {
    MUSTER_TRY(auto statement, connection.prepare(sql));
    Sha256Stream stream;
    Rows rows;
    for (;;) {
        MUSTER_TRY(const bool row, statement.step());
        if (!row) break;
        for (int column = 0; column < statement.columns(); ++column)
            add_value(stream, statement, column);
        ++rows.count;
    }
    rows.content = stream.finish();
    return rows;
}

bool same_name(std::string_view left, std::string_view right) {
    return std::ranges::equal(left, right, [](unsigned char a, unsigned char b) {
        return std::tolower(a) == std::tolower(b);
    });
}

/// Reads a table in the order of its key. NOT INDEXED keeps the order of the b-tree where no name
/// of the rowid is left to order by; WITHOUT ROWID tables lie in the order of their primary key.
Result<std::string> query_for(Connection& connection, const std::string& table,
                              bool without_rowid) {
    MUSTER_TRY(auto info, connection.prepare("SELECT name, hidden FROM pragma_table_xinfo(?1)"));
    info.bind(1, std::string_view{table});
    std::vector<std::string> stored;
    std::array<std::string_view, 3> rowid_names{"rowid", "_rowid_", "oid"};
    for (;;) {
        MUSTER_TRY(const bool row, info.step());
        if (!row) break;
        const std::string name{info.text(0)};
        for (auto& rowid : rowid_names)
            if (same_name(rowid, name)) rowid = {};
        constexpr int virtual_generated = 2;
        if (info.integer(1) != virtual_generated) stored.push_back(quote_name(name));
    }
    const auto rowid =
        std::ranges::find_if(rowid_names, [](std::string_view name) { return !name.empty(); });
    const bool named = !without_rowid && rowid != rowid_names.end();
    if (named) stored.insert(stored.begin(), std::string{*rowid});
    std::string columns;
    for (const auto& column : stored) columns += (columns.empty() ? "" : ", ") + column;
    return fmt::format("SELECT {} FROM main.{} NOT INDEXED{}", columns, quote_name(table),
                       named ? fmt::format(" ORDER BY {}", *rowid) : "");
}

Result<Sha256> digest_schema(Connection& connection) {
    Sha256Stream stream;
    MUSTER_TRY(
        const auto rows,
        digest_rows(
            connection,
            "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name, tbl_name, sql"));
    add_text(stream, rows.content.hex());
    for (const char* pragma : {"user_version", "application_id", "encoding"}) {
        MUSTER_TRY(const auto value, connection.query_value(fmt::format("PRAGMA {}", pragma)));
        add_text(stream, value.value_or(""));
    }
    return stream.finish();
}

/// "No query solution" is all SQLite says of a WITHOUT ROWID table in an order it does not know.
Result<std::optional<std::string>> missing_collation(Connection& connection,
                                                     const std::string& table) {
    MUSTER_TRY(
        auto names,
        connection.prepare(
            "SELECT DISTINCT x.coll FROM pragma_index_list(?1) l JOIN pragma_index_xinfo(l.name) x WHERE x.coll IS NOT NULL"));
    names.bind(1, std::string_view{table});
    for (;;) {
        MUSTER_TRY(const bool row, names.step());
        if (!row) return std::optional<std::string>{};
        const auto asked =
            connection.prepare("SELECT 'a' < 'b' COLLATE " + quote_name(names.text(0)));
        if (asked) continue;
        if (auto missing = missing_part(asked.error().message)) return missing;
    }
}

struct Table {
    std::string name;
    bool without_rowid = false;
};

Result<std::vector<Table>> stored_tables(Connection& connection) {
    // Joined with sqlite_schema: only what has a root page has rows of its own.
    MUSTER_TRY(
        auto list,
        connection.prepare(
            "SELECT s.name, l.wr FROM sqlite_schema s JOIN pragma_table_list l ON l.schema = 'main' AND l.name = s.name "
            "WHERE s.type = 'table' AND s.rootpage > 0 ORDER BY s.name"));
    std::vector<Table> tables;
    for (;;) {
        MUSTER_TRY(const bool row, list.step());
        if (!row) return tables;
        tables.push_back({std::string{list.text(0)}, list.integer(1) != 0});
    }
}

Result<DatabaseDigest> digest_all(Connection& connection) {
    DatabaseDigest digest;
    MUSTER_TRY(digest.schema, digest_schema(connection));
    MUSTER_TRY(const auto tables, stored_tables(connection));
    Sha256Stream total;
    add_text(total, digest.schema.hex());
    for (const auto& table : tables) {
        MUSTER_TRY(const auto sql, query_for(connection, table.name, table.without_rowid));
        auto rows = digest_rows(connection, sql);
        if (!rows) {
            auto missing = missing_part(rows.error().message);
            if (!missing) {
                MUSTER_TRY(missing, missing_collation(connection, table.name));
            }
            if (!missing) return Failure(rows.error().during("reading table " + table.name));
            digest.unchecked.push_back(fmt::format("{}: {} is not here", table.name, *missing));
            continue;
        }
        digest.tables.push_back({table.name, rows->count, rows->content});
        add_text(total, table.name);
        add_number(total, static_cast<std::uint64_t>(rows->count));
        add_text(total, rows->content.hex());
    }
    for (const auto& name : digest.unchecked) add_text(total, name);
    digest.total = total.finish();
    return digest;
}

}  // namespace

Result<DatabaseDigest> digest_database(Connection& connection) {
    const bool own_transaction = sqlite3_get_autocommit(connection.handle()) != 0;
    if (own_transaction) MUSTER_CHECK(connection.run("BEGIN"));
    auto digest = digest_all(connection);
    if (own_transaction) MUSTER_CHECK(connection.run("ROLLBACK"));
    return digest;
}

std::vector<std::string> differences(const DatabaseDigest& before, const DatabaseDigest& after) {
    std::vector<std::string> words;
    if (before.schema != after.schema)
        words.emplace_back(
            "the schema differs (tables, indexes, views, triggers, user_version, application_id or encoding)");
    std::map<std::string, std::pair<const TableDigest*, const TableDigest*>> tables;
    for (const auto& table : before.tables) tables[table.table].first = &table;
    for (const auto& table : after.tables) tables[table.table].second = &table;
    for (const auto& [name, pair] : tables) {
        const auto [was, is] = pair;
        if (was == nullptr)
            words.push_back(fmt::format("table {} was not there before", name));
        else if (is == nullptr)
            words.push_back(fmt::format("table {} is gone", name));
        else if (was->rows != is->rows)
            words.push_back(
                fmt::format("table {} has {} rows instead of {}", name, is->rows, was->rows));
        else if (was->content != is->content)
            words.push_back(fmt::format(
                "table {} has the same number of rows ({}), with other content", name, is->rows));
    }
    for (const auto& name : before.unchecked)
        words.push_back("could not be compared (before): " + name);
    for (const auto& name : after.unchecked)
        words.push_back("could not be compared (after): " + name);
    return words;
}

}  // namespace muster
