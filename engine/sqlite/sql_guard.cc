#include "engine/sqlite/sql_guard.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "engine/sqlite/virtual_tables.h"

namespace muster {
namespace {

constexpr int steps_between_looks = 1000;

// FTS5 asks for data_version on every query.
constexpr std::array<std::string_view, 16> asking_pragmas{
    "application_id",   "data_version",    "encoding",    "foreign_key_check",
    "foreign_key_list", "freelist_count",  "index_info",  "index_list",
    "index_xinfo",      "integrity_check", "page_count",  "page_size",
    "quick_check",      "table_info",      "table_xinfo", "user_version"};
/// With an argument these set something; the others ask about what the argument names.
constexpr std::array<std::string_view, 7> settable{"application_id", "data_version", "encoding",
                                                   "freelist_count", "page_count",   "page_size",
                                                   "user_version"};

bool only_asks(std::string_view pragma, const char* argument) {
    const bool known = std::ranges::find(asking_pragmas, pragma) != asking_pragmas.end();
    return known && (argument == nullptr || std::ranges::find(settable, pragma) == settable.end());
}

/// A module prepares its own statements, writing ones too, when it is first used, and SQLite
/// declares its table-valued functions then, which the authorizer would refuse.
void connect_modules(Connection& connection) {
    for (const std::string_view pragma : asking_pragmas)
        static_cast<void>(connection.prepare(fmt::format("SELECT 1 FROM pragma_{}", pragma)));
    for (const char* function : {"json_each", "json_tree"})
        static_cast<void>(connection.prepare(fmt::format("SELECT 1 FROM {}", function)));
    const auto tables = virtual_tables(connection);
    if (!tables) return;
    for (const auto& table : *tables)
        static_cast<void>(connection.prepare("SELECT 1 FROM " + quote_name(table.name)));
}

}  // namespace

SqlGuard::SqlGuard(Connection& connection, Duration limit, MayDo rights)
    : connection_(connection),
      rights_(rights),
      deadline_(std::chrono::steady_clock::now() + limit) {
    sqlite3_set_authorizer(connection.handle(), &SqlGuard::authorize, this);
    sqlite3_progress_handler(connection.handle(), steps_between_looks, &SqlGuard::progress, this);
    trust_schema(rights == MayDo::change_rows);
}

SqlGuard::~SqlGuard() {
    sqlite3_set_authorizer(connection_.handle(), nullptr, nullptr);
    sqlite3_progress_handler(connection_.handle(), 0, nullptr, nullptr);
    trust_schema(false);
}

/// Before 3.41 SQLite takes a full-text table for unsafe in a trigger. The authorizer still denies
/// what could reach out of the database.
void SqlGuard::trust_schema(bool trusted) {
    sqlite3_db_config(connection_.handle(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, trusted ? 1 : 0,
                      nullptr);
}

Result<Statement> SqlGuard::prepare(std::string_view sql) {
    auto statement = connection_.prepare(sql);
    if (refused_.empty()) return statement;
    sqlite3_set_authorizer(connection_.handle(), nullptr, nullptr);
    connect_modules(connection_);
    sqlite3_set_authorizer(connection_.handle(), &SqlGuard::authorize, this);
    refused_.clear();
    return connection_.prepare(sql);
}

int SqlGuard::authorize(void* self, int action, const char* first, const char* second,
                        const char* database, const char*) {
    const std::string_view object = first == nullptr ? "" : first;
    const std::string_view detail = second == nullptr ? "" : second;
    auto& guard = *static_cast<SqlGuard*>(self);
    switch (action) {
        case SQLITE_INSERT:
        case SQLITE_UPDATE:
        case SQLITE_DELETE:
            if (guard.rights_ == MayDo::change_rows && std::string_view{database} == "main" &&
                !object.starts_with("sqlite_"))
                return SQLITE_OK;
            break;
        case SQLITE_SELECT:
        case SQLITE_READ:
        case SQLITE_RECURSIVE: return SQLITE_OK;
        case SQLITE_FUNCTION:
            if (detail != "load_extension" && detail != "fts3_tokenizer") return SQLITE_OK;
            break;
        case SQLITE_PRAGMA:
            if (only_asks(object, second)) return SQLITE_OK;
            break;
        default: break;
    }
    auto& refused = guard.refused_;
    if (refused.empty())
        refused = action == SQLITE_FUNCTION             ? std::string{detail}
                  : action == SQLITE_PRAGMA             ? "PRAGMA " + std::string{object}
                  : guard.rights_ == MayDo::change_rows ? "another change"
                                                        : "a change";
    return SQLITE_DENY;
}

int SqlGuard::progress(void* self) {
    auto& guard = *static_cast<SqlGuard*>(self);
    guard.timed_out_ = std::chrono::steady_clock::now() >= guard.deadline_;
    return guard.timed_out_ ? 1 : 0;
}

}  // namespace muster
