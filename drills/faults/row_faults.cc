#include "drills/faults/row_faults.h"

#include <fmt/format.h>

#include <algorithm>

#include "drills/faults/page_faults.h"
#include "drills/faults/prepare.h"
#include "engine/sqlite/connection.h"
#include "engine/sqlite/scratch.h"
#include "engine/sqlite/sidecars.h"
#include "engine/sqlite/virtual_tables.h"

namespace muster {
namespace {

Result<Connection> open_to_damage(const fs::path& database, std::string_view journal_mode) {
    MUSTER_TRY(auto connection, Connection::open(database, OpenMode::read_write));
    // Shadow tables are what is to be broken, and nothing of the application's own shall mend it.
    sqlite3_db_config(connection.handle(), SQLITE_DBCONFIG_DEFENSIVE, 0, nullptr);
    sqlite3_db_config(connection.handle(), SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
    MUSTER_CHECK(connection.query_value(fmt::format("PRAGMA journal_mode = {}", journal_mode)));
    MUSTER_CHECK(connection.run("PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF"));
    return connection;
}

/// A rowid of the table; nothing where it is empty or not there.
Result<std::optional<std::int64_t>> some_row(Connection& connection, const std::string& table,
                                             Dice& dice) {
    const auto name = quote_name(table);
    const auto rows = connection.query_integer("SELECT count(*) FROM " + name);
    if (!rows || *rows == 0) return std::optional<std::int64_t>{};
    MUSTER_TRY(const auto row,
               connection.query_integer(fmt::format("SELECT rowid FROM {} LIMIT 1 OFFSET {}", name,
                                                    dice.below(static_cast<std::size_t>(*rows)))));
    return std::optional{row};
}

struct Shadow {
    std::string_view suffix;
    std::string_view what;
};

Result<Injection> delete_from_shadow(Connection& connection,
                                     const std::vector<VirtualTable>& tables, const Shadow& shadow,
                                     Dice& dice) {
    const auto first = tables.empty() ? 0 : dice.below(tables.size());
    for (std::size_t i = 0; i < tables.size(); ++i) {
        const auto& table = tables[(first + i) % tables.size()];
        // One of a tokenizer that is not here does not open, and cannot be checked.
        const auto opens =
            connection.query_value("SELECT rowid FROM " + quote_name(table.name) + " LIMIT 1");
        if (!opens) continue;
        const auto name = table.name + std::string{shadow.suffix};
        MUSTER_TRY(const auto row, some_row(connection, name, dice));
        if (!row) continue;
        MUSTER_CHECK(
            connection.run(fmt::format("DELETE FROM {} WHERE rowid = {}", quote_name(name), *row)));
        return Injection::at(fmt::format("{} of row {} is gone from {}", shadow.what, *row, name));
    }
    return Injection::none(fmt::format("no one of {} such tables holds a row", tables.size()));
}

Result<Injection> break_full_text(Connection& connection, Dice& dice) {
    MUSTER_TRY(auto tables, virtual_tables(connection));
    std::erase_if(tables, [](const auto& table) {
        const bool known =
            table.module == "fts3" || table.module == "fts4" || table.module == "fts5";
        return !known || table.content_option;
    });
    return delete_from_shadow(connection, tables, {"_content", "the text"}, dice);
}

Result<Injection> break_rtree(Connection& connection, Dice& dice) {
    MUSTER_TRY(auto tables, virtual_tables(connection));
    std::erase_if(tables, [](const auto& table) {
        return table.module != "rtree" && table.module != "rtree_i32" && table.module != "geopoly";
    });
    return delete_from_shadow(connection, tables, {"_rowid", "the node"}, dice);
}

Injection not_prepared() {
    return Injection::none("the database was not prepared");
}

Result<Injection> break_foreign_key(Connection& connection, Dice& dice) {
    MUSTER_TRY(const auto row, some_row(connection, std::string{fault_child}, dice));
    if (!row) return not_prepared();
    const auto parent = 1000 + dice.below(1000);
    MUSTER_CHECK(connection.run(
        fmt::format("UPDATE {} SET parent = {} WHERE rowid = {}", fault_child, parent, *row)));
    return Injection::at(fmt::format("row {} of table {} names parent {}, which is not there", *row,
                                     fault_child, parent));
}

Result<Injection> change_row(Connection& connection, Dice& dice) {
    MUSTER_TRY(const auto row, some_row(connection, std::string{fault_rows}, dice));
    if (!row) return not_prepared();
    MUSTER_CHECK(
        connection.run(fmt::format("UPDATE {} SET value = 'changed by a drill {}' WHERE rowid = {}",
                                   fault_rows, dice.below(1000), *row)));
    return Injection::at(fmt::format("row {} of table {} has another value", *row, fault_rows));
}

Result<> copy_whole(const fs::path& from, const fs::path& to) {
    MUSTER_TRY(const auto file, File::open_read(from));
    return copy_bytes(file, to);
}

/// A log that outlives its writer.
Result<Injection> change_row_in_log(const fs::path& copy, std::uint64_t seed) {
    MUSTER_TRY(auto connection, open_to_damage(copy, "WAL"));
    int keep = 1;
    sqlite3_file_control(connection.handle(), "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
    sqlite3_db_config(connection.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    Dice dice{seed};
    return change_row(connection, dice);
}

}  // namespace

Result<Injection> damage_rows(Fault fault, const fs::path& database, std::uint64_t seed) {
    MUSTER_TRY(auto connection, open_to_damage(database, "DELETE"));
    Dice dice{seed};
    switch (fault) {
        case Fault::full_text: return break_full_text(connection, dice);
        case Fault::rtree: return break_rtree(connection, dice);
        case Fault::foreign_key: return break_foreign_key(connection, dice);
        case Fault::changed_row: return change_row(connection, dice);
        default: break;
    }
    return fail(ErrorCode::internal, fmt::format("{} is no fault of a row", name_of(fault)));
}

Result<Injection> leave_stale_wal(const fs::path& database, const fs::path& scratch,
                                  std::uint64_t seed) {
    const auto copy = scratch / "writer.sqlite";
    MUSTER_CHECK(copy_whole(database, copy));
    MUSTER_TRY(auto injection, change_row_in_log(copy, seed));
    const auto log = sidecar(database, "-wal");
    if (injection.done) {
        MUSTER_CHECK(copy_whole(sidecar(copy, "-wal"), log));
        injection.told +=
            fmt::format(", in a {} that lies beside the database", log.filename().string());
    }
    for (const std::string_view suffix : {"", "-wal", "-shm"})
        MUSTER_CHECK(remove_durably(sidecar(copy, suffix)));
    return injection;
}

bool damages_a_file(Fault fault) {
    return fault <= Fault::changed_row;
}

Result<Injection> damage_file(Fault fault, const fs::path& database, std::uint64_t seed) {
    switch (fault) {
        case Fault::full_text:
        case Fault::rtree:
        case Fault::foreign_key:
        case Fault::changed_row: return damage_rows(fault, database, seed);
        default: return damage_pages(fault, database, seed);
    }
}

}  // namespace muster
