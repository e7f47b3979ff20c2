#include "engine/sqlite/table_digest.h"

#include <catch2/catch.hpp>

#include <set>

#include "tests/support/database_files.h"
#include "tests/support/temp_folder.h"

namespace muster {
namespace {

using namespace test;

DatabaseDigest digest_of(const fs::path& path) {
    auto connection = Connection::open(path, OpenMode::immutable);
    REQUIRE(connection);
    auto digest = digest_database(*connection);
    if (!digest) FAIL(digest.error().text());
    return *std::move(digest);
}

DatabaseDigest digest_of_sql(const std::string& sql) {
    const TempFolder folder;
    make_database(folder / "a.db", sql);
    return digest_of(folder / "a.db");
}

int bytewise(void*, int left_size, const void* left, int right_size, const void* right) {
    return std::string_view{static_cast<const char*>(left), static_cast<std::size_t>(left_size)}
        .compare({static_cast<const char*>(right), static_cast<std::size_t>(right_size)});
}

}  // namespace

TEST_CASE("values of different types have different digests", "[sqlite][digest][EE-07]") {
    std::set<std::string> seen;
    for (const char* value : {"1", "'1'", "1.0", "x'31'", "NULL", "''", "x''", "0", "'1 '"})
        seen.insert(
            digest_of_sql(std::string{"CREATE TABLE t(a); INSERT INTO t VALUES("} + value + ")")
                .tables.at(0)
                .content.hex());
    CHECK(seen.size() == 9);
}

TEST_CASE("where one value ends and the next begins counts", "[sqlite][digest]") {
    CHECK(digest_of_sql("CREATE TABLE t(a, b); INSERT INTO t VALUES('ab', 'c')").total !=
          digest_of_sql("CREATE TABLE t(a, b); INSERT INTO t VALUES('a', 'bc')").total);
}

TEST_CASE("a copy by other means has the same digest, its pages lie where they will",
          "[sqlite][digest]") {
    const TempFolder folder;
    make_database(
        folder / "a.db",
        "CREATE TABLE t(id INTEGER PRIMARY KEY, a); CREATE TABLE w(k PRIMARY KEY DESC, v) WITHOUT ROWID; CREATE INDEX i ON t(a);"
        "INSERT INTO t VALUES(3, 'c'), (1, 'a'), (2, 'b'); INSERT INTO w VALUES(1, 2), (3, 4); DELETE FROM t WHERE id = 2;"
        "PRAGMA user_version = 4; PRAGMA application_id = 5");
    App{folder / "a.db"}.run("VACUUM INTO '" + (folder / "b.db").string() + "'");
    const auto a = digest_of(folder / "a.db");
    CHECK(a == digest_of(folder / "b.db"));
    CHECK(differences(a, digest_of(folder / "b.db")).empty());
    REQUIRE(a.tables.size() == 2);
    CHECK(a.tables[0].table == "t");
    CHECK(a.tables[0].rows == 2);
    CHECK(a.unchecked.empty());
}

TEST_CASE("differences are told in words", "[sqlite][digest][EE-07]") {
    const auto before = digest_of_sql(
        "CREATE TABLE a(x); CREATE TABLE b(x); CREATE TABLE c(x); INSERT INTO a VALUES(1); INSERT INTO b VALUES(1)");
    const auto after = digest_of_sql(
        "CREATE TABLE a(x); CREATE TABLE b(x); CREATE TABLE d(x); INSERT INTO a VALUES(2); INSERT INTO b VALUES(1), (2)");
    const auto words = differences(before, after);
    REQUIRE(words.size() == 5);
    CHECK(words[0].find("schema") != std::string::npos);
    CHECK(words[1] == "table a has the same number of rows (1), with other content");
    CHECK(words[2] == "table b has 2 rows instead of 1");
    CHECK(words[3] == "table c is gone");
    CHECK(words[4] == "table d was not there before");
    for (const char* pragma : {"user_version", "application_id"})
        CHECK(
            differences(digest_of_sql("CREATE TABLE a(x)"),
                        digest_of_sql(std::string{"CREATE TABLE a(x); PRAGMA "} + pragma + " = 3"))
                .size() == 1);
}

TEST_CASE("columns that take the names of the rowid", "[sqlite][digest]") {
    const auto sql = [](const std::string& rows) {
        return "CREATE TABLE t(rowid, _rowid_, oid TEXT); CREATE INDEX i ON t(rowid); INSERT INTO t VALUES" +
               rows;
    };
    const auto digest = digest_of_sql(sql("(3, 1, 'x'), (1, 2, 'y')"));
    CHECK(digest.tables.at(0).rows == 2);
    CHECK(digest != digest_of_sql(sql("(1, 2, 'y'), (3, 1, 'x')")));
    CHECK(digest_of_sql("CREATE TABLE t(ROWID, b); INSERT INTO t VALUES(1, 2)").tables.at(0).rows ==
          1);
}

TEST_CASE("generated columns and odd names are read", "[sqlite][digest]") {
    const auto digest = digest_of_sql(
        "CREATE TABLE \"a \"\" b\"(x, v AS (x / 0) VIRTUAL, s AS (x + 1) STORED); INSERT INTO \"a \"\" b\"(x) VALUES(1)");
    CHECK(digest.tables.at(0).table == "a \" b");
    CHECK(digest.tables.at(0).rows == 1);
}

TEST_CASE("of virtual tables the shadow tables are digested", "[sqlite][digest]") {
    const auto digest =
        digest_of_sql("CREATE VIRTUAL TABLE f USING fts5(x); INSERT INTO f VALUES('one')");
    std::set<std::string> names;
    for (const auto& table : digest.tables) names.insert(table.table);
    CHECK(names == std::set<std::string>{"f_config", "f_content", "f_data", "f_docsize", "f_idx"});
}

TEST_CASE("a table of a module that is not here does not hide the others", "[sqlite][digest]") {
    const auto digest = digest_of_sql(
        "CREATE TABLE t(a); CREATE VIEW broken AS SELECT * FROM nowhere; PRAGMA writable_schema = ON;"
        "INSERT INTO sqlite_schema VALUES('table', 'v', 'v', 0, 'CREATE VIRTUAL TABLE v USING vec0(x)')");
    CHECK(digest.tables.size() == 1);
    CHECK(digest.unchecked.empty());
}

TEST_CASE("a table that cannot be read here is listed, never left out", "[sqlite][digest]") {
    const TempFolder folder;
    {
        App app{folder / "a.db"};
        sqlite3_create_collation(app.handle(), "german", SQLITE_UTF8, nullptr, &bytewise);
        app.run(
            "CREATE TABLE w(k TEXT COLLATE german PRIMARY KEY) WITHOUT ROWID; INSERT INTO w VALUES('x'); CREATE TABLE t(a TEXT COLLATE german); CREATE INDEX i ON t(a); INSERT INTO t VALUES('y')");
    }
    const auto digest = digest_of(folder / "a.db");
    CHECK(digest.tables.size() + digest.unchecked.size() == 2);
    CAPTURE(digest.unchecked);
    CHECK(digest.tables.back().table == (digest.unchecked.empty() ? "w" : "t"));
    if (!digest.unchecked.empty()) {
        CHECK(digest.unchecked[0].find("german") != std::string::npos);
        CHECK(differences(digest, digest).size() == 2);
    }
}

}  // namespace muster
