// Keeps SQL of a policy to what it may do, and to its time.
#pragma once

#include <chrono>

#include "engine/base/time.h"
#include "engine/sqlite/connection.h"

namespace muster {

enum class MayDo { read, change_rows };

/// While it lives, statements prepared on the connection may only SELECT, call functions, and use
/// PRAGMAs that ask; where they may change rows, also those of tables of the database, but of none
/// that SQLite keeps for itself; triggers of the schema may then use what a trusted one may, such
/// as search indexes. After `limit` they are interrupted. Takes the connection's
/// authorizer and progress handler. Must not be moved: SQLite holds its address.
class SqlGuard {
public:
    SqlGuard(Connection& connection, Duration limit, MayDo rights = MayDo::read);
    ~SqlGuard();
    SqlGuard(const SqlGuard&) = delete;
    SqlGuard& operator=(const SqlGuard&) = delete;

    /// Connection::prepare for SQL that may name virtual tables and table-valued functions: their
    /// modules are set up when they are asked for. Fails as that does, and when refused() says so.
    Result<Statement> prepare(std::string_view sql);

    bool timed_out() const { return timed_out_; }
    /// What was asked for and refused; empty when nothing was.
    const std::string& refused() const { return refused_; }

private:
    static int authorize(void* self, int action, const char* first, const char* second,
                         const char* database, const char* trigger);
    static int progress(void* self);
    void trust_schema(bool trusted);

    Connection& connection_;
    MayDo rights_;
    std::chrono::steady_clock::time_point deadline_;
    bool timed_out_ = false;
    std::string refused_;
};

}  // namespace muster
