#include "engine/sqlite/connection.h"

#include <catch2/catch.hpp>

#include "tests/support/child.h"
#include "tests/support/database_files.h"
#include "tests/support/temp_folder.h"

namespace muster {

using namespace test;

TEST_CASE("statements bind, step and tell types", "[sqlite][connection]") {
    const TempFolder folder;
    auto connection = Connection::open(folder / "a ?#%.db", OpenMode::create);
    REQUIRE(connection);
    REQUIRE(connection->run("CREATE TABLE t(a, b, c, d, e)"));
    {
        auto insert = connection->prepare("INSERT INTO t VALUES(?1, ?2, 1.5, x'0001', NULL)");
        REQUIRE(insert);
        insert->bind(1, std::int64_t{1} << 40);
        insert->bind(2, std::string_view{"t\0x", 3});
        CHECK_FALSE(*insert->step());
    }
    auto row = connection->prepare("SELECT * FROM t");
    REQUIRE(row);
    REQUIRE(*row->step());
    CHECK(row->columns() == 5);
    CHECK(row->column_name(1) == "b");
    CHECK(row->integer(0) == std::int64_t{1} << 40);
    CHECK(row->text(1).size() == 3);
    CHECK(row->real(2) == 1.5);
    CHECK(row->type(3) == SQLITE_BLOB);
    CHECK(row->blob(3).size() == 2);
    CHECK(row->type(4) == SQLITE_NULL);
    CHECK(row->text(4).empty());
    CHECK_FALSE(*row->step());
    CHECK(fs::exists(folder / "a ?#%.db"));
    CHECK_FALSE(*connection->query_value("SELECT a FROM t WHERE 0"));
    CHECK(*connection->query_integer("SELECT count(*) FROM t") == 1);
    CHECK(connection->query_integer("SELECT 'x'").error().code == ErrorCode::sqlite);
    CHECK(quote_name("a\"b") == "\"a\"\"b\"");
}

TEST_CASE("a connection is set up for bytes nobody vouches for", "[sqlite][connection]") {
    const TempFolder folder;
    make_database(folder / "a.db", "CREATE TABLE t(a)");
    auto connection = Connection::open(folder / "a.db", OpenMode::read_write);
    REQUIRE(connection);
    CHECK(*connection->query_value("PRAGMA cell_size_check") == "1");
    CHECK(*connection->query_value("PRAGMA mmap_size") == "0");
    CHECK(*connection->query_value("PRAGMA trusted_schema") == "0");
    CHECK_FALSE(connection->run("PRAGMA writable_schema = ON; DELETE FROM sqlite_schema"));
    CHECK_FALSE(connection->run("SELECT load_extension('x')"));
}

TEST_CASE("each failure has its code, names the path and says what to do", "[sqlite][connection]") {
    const TempFolder folder;
    const auto db = folder / "a.db";
    const auto code_of = [&](const fs::path& path, OpenMode mode, const std::string& sql) {
        auto connection = Connection::open(path, mode);
        const Error error = connection ? connection->run(sql).error() : connection.error();
        INFO(error.text());
        CHECK(error.message.find(path.string()) != std::string::npos);
        CHECK_FALSE(error.hint.empty());
        return error.code;
    };
    CHECK(code_of(folder / "absent.db", OpenMode::read_write, "SELECT 1") == ErrorCode::not_found);
    write_all(folder / "text.db", std::string(4096, 'x'));
    CHECK(code_of(folder / "text.db", OpenMode::read_only, "SELECT * FROM sqlite_schema") ==
          ErrorCode::not_a_database);
    make_database(db, "CREATE TABLE t(a); INSERT INTO t VALUES(zeroblob(9000))");
    CHECK(code_of(db, OpenMode::read_only, "DELETE FROM t") == ErrorCode::permission_denied);
    CHECK(code_of(db, OpenMode::read_only, "SELEKT") == ErrorCode::sqlite);
    Child holder{[&](const Child::Ready& ready) {
        App app{db};
        app.run("BEGIN EXCLUSIVE");
        ready();
        stay();
    }};
    CHECK(code_of(db, OpenMode::read_only, "SELECT * FROM t") == ErrorCode::exclusive_holder);
    holder.kill();
    poke(db, 4096, std::string(100, '\x77'));
    CHECK(code_of(db, OpenMode::read_only, "SELECT * FROM t") == ErrorCode::damaged);
    CHECK(sqlite_error(nullptr, SQLITE_FULL, db, "write").code == ErrorCode::no_space);
    CHECK(sqlite_error(nullptr, SQLITE_IOERR_READ, db, "read").code == ErrorCode::io);
    CHECK(sqlite_error(nullptr, SQLITE_INTERRUPT, db, "read").code == ErrorCode::interrupted);
}

}  // namespace muster
