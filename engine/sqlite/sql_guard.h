// Keeps SQL of a policy to reading, and to its time.
#pragma once

#include <chrono>

#include "engine/base/time.h"
#include "engine/sqlite/connection.h"

namespace muster {

/// While it lives, statements prepared on the connection may only SELECT, call functions, and use
/// PRAGMAs that ask; after `limit` they are interrupted. Takes the connection's authorizer and
/// progress handler. Must not be moved: SQLite holds its address.
class SqlGuard {
public:
    SqlGuard(Connection& connection, Duration limit);
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

    Connection& connection_;
    std::chrono::steady_clock::time_point deadline_;
    bool timed_out_ = false;
    std::string refused_;
};

}  // namespace muster
