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

SqlGuard::SqlGuard(Connection& connection, Duration limit)
    : connection_(connection), deadline_(std::chrono::steady_clock::now() + limit) {
    sqlite3_set_authorizer(connection.handle(), &SqlGuard::authorize, this);
    sqlite3_progress_handler(connection.handle(), steps_between_looks, &SqlGuard::progress, this);
}

SqlGuard::~SqlGuard() {
    sqlite3_set_authorizer(connection_.handle(), nullptr, nullptr);
    sqlite3_progress_handler(connection_.handle(), 0, nullptr, nullptr);
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

int SqlGuard::authorize(void* self, int action, const char* first, const char* second, const char*,
                        const char*) {
    const std::string_view object = first == nullptr ? "" : first;
    const std::string_view detail = second == nullptr ? "" : second;
    switch (action) {
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
    auto& refused = static_cast<SqlGuard*>(self)->refused_;
    if (refused.empty())
        refused = action == SQLITE_FUNCTION ? std::string{detail}
                  : action == SQLITE_PRAGMA ? "PRAGMA " + std::string{object}
                                            : "a change";
    return SQLITE_DENY;
}

int SqlGuard::progress(void* self) {
    auto& guard = *static_cast<SqlGuard*>(self);
    guard.timed_out_ = std::chrono::steady_clock::now() >= guard.deadline_;
    return guard.timed_out_ ? 1 : 0;
}

}  // namespace muster
