#include "engine/sqlite/system_faults.h"

#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <csignal>

#include "engine/sqlite/connection.h"
#include "tests/support/database_files.h"
#include "tests/support/temp_folder.h"

namespace muster {

using namespace test;

namespace {

/// This process can have no more of something while it lives.
class Limited {
public:
    Limited(__rlimit_resource what, rlim_t most) : what_(what) {
        std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(what_, &before_);
        const rlimit now{most, before_.rlim_max};
        ::setrlimit(what_, &now);
    }
    ~Limited() { ::setrlimit(what_, &before_); }
    Limited(const Limited&) = delete;
    Limited& operator=(const Limited&) = delete;

private:
    __rlimit_resource what_;
    rlimit before_{};
};

Connection open_for_writing(const fs::path& path) {
    auto connection = Connection::open(path, OpenMode::read_write);
    REQUIRE(connection);
    return *std::move(connection);
}

}  // namespace

TEST_CASE("a write that the system refuses is told as it was", "[sqlite][system_faults][VV-01]") {
    const TempFolder folder;
    const auto path = folder / "app.db";
    make_database(path, "CREATE TABLE t(a)");
    auto connection = open_for_writing(path);
    take_system_faults();
    Result<> done;
    {
        const Limited limited{RLIMIT_FSIZE, 4096};
        done = connection.run("INSERT INTO t VALUES(zeroblob(100000))");
    }
    REQUIRE_FALSE(done);
    CAPTURE(done.error().message);
    CHECK(done.error().code == ErrorCode::no_space);
    CHECK(done.error().message.find("cannot write " + path.string()) == 0);
    CHECK(done.error().message.find("File too large") != std::string::npos);
    CHECK(take_system_faults().empty());
}

TEST_CASE("an open that the system refuses is told, not the second try",
          "[sqlite][system_faults][VV-01]") {
    const TempFolder folder;
    const auto path = folder / "app.db";
    make_database(path, "CREATE TABLE t(a)");
    auto connection = open_for_writing(path);
    REQUIRE(connection.run("SELECT * FROM t"));
    take_system_faults();
    Result<> done;
    {
        // The descriptor that is free next is the one that must not be had.
        const int next = ::dup(0);
        ::close(next);
        const Limited limited{RLIMIT_NOFILE, static_cast<rlim_t>(next)};
        done = connection.run("INSERT INTO t VALUES(1)");
    }
    REQUIRE_FALSE(done);
    CAPTURE(done.error().message);
    CHECK(done.error().code == ErrorCode::io);
    CHECK(done.error().message.find("cannot open " + path.string() + "-journal") == 0);
    CHECK(done.error().message.find("Too many open files") != std::string::npos);
}

TEST_CASE("what SQLite passes over is there to be taken", "[sqlite][system_faults][VV-01]") {
    const TempFolder folder;
    const auto path = folder / "app.db";
    make_database(path, "PRAGMA journal_mode = WAL; CREATE TABLE t(a)");
    {
        std::optional connection{open_for_writing(path)};
        REQUIRE(connection->run("INSERT INTO t VALUES(zeroblob(100000))"));
        take_system_faults();
        const Limited limited{RLIMIT_FSIZE, 4096};
        connection.reset();  // folds the log
    }
    const auto faults = take_system_faults();
    REQUIRE_FALSE(faults.empty());
    CHECK(faults.front().error().message.find("cannot write " + path.string()) == 0);
    CHECK(App{path}.value("SELECT length(a) FROM t") == "100000");
}

TEST_CASE("what is no fault of the system is not noted", "[sqlite][system_faults]") {
    const TempFolder folder;
    take_system_faults();
    auto missing = Connection::open(folder / "none.db", OpenMode::read_only);
    CHECK_FALSE(missing);
    CHECK(take_system_faults().empty());
}

TEST_CASE("a fault belongs to the database whose file it was", "[sqlite][system_faults]") {
    const TempFolder folder;
    const auto path = folder / "app.db";
    make_database(path, "CREATE TABLE t(a)");
    {
        auto connection = open_for_writing(path);
        const Limited limited{RLIMIT_FSIZE, 4096};
        const auto raw = sqlite3_exec(connection.handle(), "INSERT INTO t VALUES(zeroblob(100000))",
                                      nullptr, nullptr, nullptr);
        CHECK(raw != SQLITE_OK);
    }
    CHECK_FALSE(take_system_fault_of(folder / "other.db"));
    CHECK(take_system_fault_of(path));
    take_system_faults();
}

}  // namespace muster
