// One handle on one SQLite database, set up for bytes nobody vouches for: defensive, schema not
// trusted, cell sizes checked, no memory map, no loadable extensions, extended result codes.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/file.h"
#include "engine/base/result.h"
#include "engine/base/time.h"

namespace muster {

/// The Error for a failed call. `code` is SQLite's (extended) result code; `handle` may be null,
/// and then tells neither text nor errno. The message names the path and the reason.
Error sqlite_error(sqlite3* handle, int code, const fs::path& path, std::string_view doing);

/// What a handle may do with the files.
enum class OpenMode {
    read_only,   ///< rollback mode, or WAL mode where -shm exists; never writes, makes or removes a
                 ///< file then
    immutable,   ///< no locks, no sidecars looked at: only for files nobody else writes
    read_write,  ///< the file must exist
    create,      ///< the file may be new
    memory,      ///< an empty database that lies nowhere; the path only names it
};

/// A prepared statement. It must not outlive its Connection.
class Statement {
public:
    /// 1-based, as in SQLite. A bound value lives until the statement is stepped to its end.
    void bind(int index, std::int64_t value);
    void bind(int index, std::string_view text);

    /// true: a row is there. false: the end.
    Result<bool> step();
    void reset();

    int columns() const;
    std::string column_name(int column) const;
    /// SQLITE_INTEGER, SQLITE_FLOAT, SQLITE_TEXT, SQLITE_BLOB or SQLITE_NULL.
    int type(int column) const;
    std::int64_t integer(int column) const;
    double real(int column) const;
    /// Valid until the next step; a NULL reads as nothing. text() converts, blob() does not.
    std::string_view text(int column) const;
    std::span<const std::byte> blob(int column) const;

    sqlite3_stmt* handle() const { return statement_.get(); }

private:
    friend class Connection;
    Statement(sqlite3_stmt* statement, const fs::path& path)
        : statement_(statement, &sqlite3_finalize), path_(path) {}
    std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement_;
    fs::path path_;
};

class Connection {
public:
    /// SQLite reads the file at the first statement, not here: a damaged file or a lock shows then.
    /// `busy` is how long a statement waits for a lock; 0 answers at once.
    static Result<Connection> open(const fs::path& path, OpenMode mode,
                                   Duration busy = Duration{0});

    /// Every statement of `sql`, rows thrown away.
    Result<> run(std::string_view sql);
    /// Exactly one statement.
    Result<Statement> prepare(std::string_view sql);
    /// First column of the first row as text; nothing when there is no row or it is NULL.
    Result<std::optional<std::string>> query_value(std::string_view sql);
    /// query_value as a whole number; ErrorCode::sqlite when it is none.
    Result<std::int64_t> query_integer(std::string_view sql);

    sqlite3* handle() const { return handle_.get(); }
    const fs::path& path() const { return path_; }
    Error error(int code, std::string_view doing) const {
        return sqlite_error(handle(), code, path_, doing);
    }

private:
    Connection(sqlite3* handle, fs::path path)
        : handle_(handle, &sqlite3_close_v2), path_(std::move(path)) {}
    std::unique_ptr<sqlite3, int (*)(sqlite3*)> handle_;
    fs::path path_;
};

/// `name` as an SQL identifier: in double quotes, those inside doubled.
std::string quote_name(std::string_view name);

}  // namespace muster
