#include "engine/sqlite/connection.h"

#include <fmt/format.h>

#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "engine/sqlite/system_faults.h"

namespace muster {
namespace {

struct Cause {
    ErrorCode code;
    std::string_view hint;
};

Cause cause_of_errno(int number) {
    switch (number) {
        case EACCES:
        case EPERM:
        case EROFS:
            return {ErrorCode::permission_denied,
                    "run as a user who may, or change the permissions"};
        case ENOENT:
        case ENOTDIR: return {ErrorCode::not_found, "check the path"};
        case EISDIR: return {ErrorCode::not_a_file, "name the database file"};
        default: return {ErrorCode::io, "look at the system log for this device"};
    }
}

Cause cause_of(int code, int number) {
    switch (code & 0xff) {
        case SQLITE_NOTADB:
            return {ErrorCode::not_a_database,
                    "check the path; an encrypted database needs its own tool"};
        case SQLITE_CORRUPT: return {ErrorCode::damaged, "restore from a proven snapshot"};
        case SQLITE_FULL: return {ErrorCode::no_space, "free space there, or choose another place"};
        case SQLITE_PERM:
        case SQLITE_READONLY:
        case SQLITE_AUTH:
            return {ErrorCode::permission_denied,
                    "run as a user who may, or change the permissions"};
        case SQLITE_CANTOPEN: return cause_of_errno(number);
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_PROTOCOL:
            return {ErrorCode::exclusive_holder,
                    "wait for, or stop, the process that holds the database"};
        case SQLITE_IOERR: return {ErrorCode::io, "look at the system log for this device"};
        case SQLITE_INTERRUPT: return {ErrorCode::interrupted, "run it again"};
        default: return {ErrorCode::sqlite, "look at the SQL and the database"};
    }
}

bool plain_in_uri(unsigned char c) {
    return std::isalnum(c) != 0 || std::strchr("/._-~", c) != nullptr;
}

// SQLite cuts a URI at ? and #, and decodes %.
std::string uri_of(const fs::path& path, std::string_view query) {
    std::string uri = "file:";
    for (const char each : fs::absolute(path).string()) {
        const auto c = static_cast<unsigned char>(each);
        if (plain_in_uri(c))
            uri += each;
        else
            uri += fmt::format("%{:02x}", c);
    }
    return uri.append("?").append(query);
}

std::string_view query_of(OpenMode mode) {
    switch (mode) {
        case OpenMode::read_only: return "mode=ro&readonly_shm=1";
        case OpenMode::immutable: return "mode=ro&immutable=1";
        case OpenMode::read_write: return "mode=rw";
        case OpenMode::create: return "mode=rwc";
        case OpenMode::memory: return "mode=memory";
    }
    return "mode=ro";
}

int flags_of(OpenMode mode) {
    switch (mode) {
        case OpenMode::read_write: return SQLITE_OPEN_READWRITE;
        case OpenMode::create:
        case OpenMode::memory: return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
        default: return SQLITE_OPEN_READONLY;
    }
}

}  // namespace

Error sqlite_error(sqlite3* handle, int code, const fs::path& path, std::string_view doing) {
    const bool known =
        handle != nullptr && (sqlite3_extended_errcode(handle) & 0xff) == (code & 0xff);
    const int number = handle != nullptr ? sqlite3_system_errno(handle) : 0;
    std::string reason = known ? sqlite3_errmsg(handle) : sqlite3_errstr(code);
    const int primary = code & 0xff;
    const bool from_system = primary == SQLITE_CANTOPEN || primary == SQLITE_IOERR ||
                             primary == SQLITE_READONLY || primary == SQLITE_FULL;
    if (const auto fault = from_system ? take_system_fault_of(path) : std::nullopt)
        return fault->error().during(fmt::format("trying to {} {}", doing, path.string()));
    if ((primary == SQLITE_CANTOPEN || primary == SQLITE_IOERR) && number != 0)
        reason += fmt::format(" ({})", std::strerror(number));
    const auto [error_code, hint] = cause_of(code, number);
    return {error_code,
            fmt::format("cannot {} {}: {}", doing, path.string(), reason),
            std::string{hint},
            {}};
}

void Statement::bind(int index, std::int64_t value) {
    sqlite3_bind_int64(statement_.get(), index, value);
}
void Statement::bind(int index, std::string_view text) {
    sqlite3_bind_text64(statement_.get(), index, text.data(), text.size(), SQLITE_TRANSIENT,
                        SQLITE_UTF8);
}

Result<bool> Statement::step() {
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    return Failure(sqlite_error(sqlite3_db_handle(statement_.get()), code, path_, "read"));
}

void Statement::reset() {
    sqlite3_reset(statement_.get());
}
int Statement::columns() const {
    return sqlite3_column_count(statement_.get());
}
std::string Statement::column_name(int column) const {
    const char* name = sqlite3_column_name(statement_.get(), column);
    return name == nullptr ? "" : name;
}
int Statement::type(int column) const {
    return sqlite3_column_type(statement_.get(), column);
}
std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(statement_.get(), column);
}
double Statement::real(int column) const {
    return sqlite3_column_double(statement_.get(), column);
}

std::string_view Statement::text(int column) const {
    const auto* bytes = sqlite3_column_text(statement_.get(), column);
    if (bytes == nullptr) return {};
    return {reinterpret_cast<const char*>(bytes),
            static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

std::span<const std::byte> Statement::blob(int column) const {
    const void* bytes = sqlite3_column_blob(statement_.get(), column);
    if (bytes == nullptr) return {};
    return {static_cast<const std::byte*>(bytes),
            static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

Result<Connection> Connection::open(const fs::path& path, OpenMode mode, Duration busy) {
    watch_for_system_faults();
    sqlite3* raw = nullptr;
    const int code =
        sqlite3_open_v2(uri_of(path, query_of(mode)).c_str(), &raw,
                        flags_of(mode) | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, nullptr);
    Connection connection{raw, path};
    if (code != SQLITE_OK) return Failure(connection.error(code, "open"));
    sqlite3_extended_result_codes(raw, 1);
    sqlite3_busy_timeout(raw, static_cast<int>(busy.count()));
    sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(raw, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
    MUSTER_CHECK(connection.run("PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0"));
    return connection;
}

Result<> Connection::run(std::string_view sql) {
    const int code = sqlite3_exec(handle(), std::string{sql}.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return Failure(error(code, "use"));
    return {};
}

Result<Statement> Connection::prepare(std::string_view sql) {
    sqlite3_stmt* raw = nullptr;
    const char* tail = nullptr;
    const std::string text{sql};
    int code = sqlite3_prepare_v2(handle(), text.c_str(), -1, &raw, &tail);
    Statement statement{raw, path_};
    if (code != SQLITE_OK) return Failure(error(code, "use"));
    if (raw == nullptr)
        return fail(ErrorCode::sqlite, "there is no statement in the SQL", "write one statement");
    sqlite3_stmt* second = nullptr;
    code = sqlite3_prepare_v2(handle(), tail, -1, &second, nullptr);
    sqlite3_finalize(second);
    if (code != SQLITE_OK || second != nullptr)
        return fail(ErrorCode::sqlite, fmt::format("more than one statement: {}", sql),
                    "write one statement");
    return statement;
}

Result<std::optional<std::string>> Connection::query_value(std::string_view sql) {
    MUSTER_TRY(auto statement, prepare(sql));
    MUSTER_TRY(const bool row, statement.step());
    if (!row || statement.type(0) == SQLITE_NULL) return std::optional<std::string>{};
    return std::optional{std::string{statement.text(0)}};
}

Result<std::int64_t> Connection::query_integer(std::string_view sql) {
    MUSTER_TRY(const auto text, query_value(sql));
    std::int64_t number = 0;
    if (text) {
        const auto [end, failure] =
            std::from_chars(text->data(), text->data() + text->size(), number);
        if (failure == std::errc{} && end == text->data() + text->size()) return number;
    }
    return fail(
        ErrorCode::sqlite,
        fmt::format("{} yields {} instead of a whole number", sql, text ? *text : "nothing"),
        "let it yield one whole number");
}

std::string quote_name(std::string_view name) {
    std::string quoted = "\"";
    for (const char c : name) quoted.append(c == '"' ? 2U : 1U, c);
    return quoted + '"';
}

}  // namespace muster
