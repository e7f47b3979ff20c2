#include "engine/sqlite/check.h"

#include <catch2/catch.hpp>

#include "tests/support/checks.h"
#include "tests/support/database_files.h"
#include "tests/support/temp_folder.h"

namespace muster {
namespace {

using namespace test;

struct Place {
    TempFolder folder;
    fs::path db = folder / "a.db";
    Place() {
        make_database(
            db,
            "CREATE TABLE t(a); INSERT INTO t VALUES(1), (2), (NULL); CREATE VIRTUAL TABLE f USING fts5(x); INSERT INTO f VALUES('one');"
            "CREATE VIRTUAL TABLE g USING fts4(x); INSERT INTO g VALUES('one'); CREATE VIRTUAL TABLE r USING rtree(id, a, b); INSERT INTO r VALUES(1, 2, 3); PRAGMA user_version = 12");
    }
    /// Read-write, so that only the guard stands in the way.
    Connection connection() const { return *Connection::open(db, OpenMode::read_write); }
    Finding check(const std::string& sql, const std::string& expect,
                  Duration limit = check_limit) const {
        auto open = connection();
        auto question = check_of("row count", sql, expect);
        question.severity = Severity::warning;
        return run_check(open, question, "copy", limit);
    }
};

}  // namespace

TEST_CASE("a check compares its one value", "[sqlite][check][EE-06][AZ-03]") {
    const Place place;
    const auto good = place.check("SELECT count(*) FROM t", ">= 3");
    CHECK(good.code == "check");
    CHECK(good.verdict == Verdict::good);
    CHECK(good.severity == Severity::warning);
    CHECK(good.actual == "3");
    CHECK(good.coverage == "SELECT count(*) FROM t");
    const auto bad = place.check("SELECT count(*) FROM t", "4");
    CHECK(bad.verdict == Verdict::bad);
    CHECK(bad.reason == "check row count yields 3, expected 4");
    CHECK(place.check("PRAGMA integrity_check;  -- whole", "ok").verdict == Verdict::good);
    CHECK(
        place
            .check(
                "WITH RECURSIVE i(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM i WHERE x < 9) SELECT max(x) FROM i",
                "9")
            .verdict == Verdict::good);
}

TEST_CASE("a check may ask what the pragmas answer, as tables", "[sqlite][check]") {
    const Place place;
    make_database(
        place.db,
        "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(p REFERENCES p); INSERT INTO c VALUES(7)");
    const auto orphans = place.check("SELECT count(*) FROM pragma_foreign_key_check", "0");
    CHECK(orphans.verdict == Verdict::bad);
    CHECK(orphans.reason == "check row count yields 1, expected 0");
    CHECK(place.check("SELECT count(*) FROM pragma_table_info('c')", "1").verdict == Verdict::good);
    CHECK(place.check("SELECT sum(value) FROM json_each('[1, 2]')", "3").verdict == Verdict::good);
    const auto setting = place.check("SELECT count(*) FROM pragma_journal_mode", "1");
    CHECK(setting.reason.find("may only read") != std::string::npos);
}

TEST_CASE("a check may use search tables", "[sqlite][check]") {
    const Place place;
    const std::string sql = GENERATE("SELECT count(*) FROM f WHERE f MATCH 'one'",
                                     "SELECT count(*) FROM g WHERE g MATCH 'one'",
                                     "SELECT count(*) FROM r WHERE a > 1");
    const auto finding = place.check(sql, "1");
    CAPTURE(finding.actual);
    CHECK(finding.verdict == Verdict::good);
}

TEST_CASE("a check without exactly one value is bad and says why", "[sqlite][check]") {
    const Place place;
    CHECK(place.check("SELECT a FROM t WHERE a = 99", "1").actual == "it yields no row");
    CHECK(place.check("SELECT a FROM t WHERE a IS NULL", "1").actual == "it yields NULL");
    CHECK(place.check("SELECT a, a FROM t", "1").actual == "it yields 2 columns instead of one");
    CHECK(place.check("SELECT a FROM t ORDER BY a DESC", "2").actual ==
          "it yields more than one row");
    CHECK(place.check("SELEKT 1", "1").actual.find("syntax error") != std::string::npos);
    CHECK(place.check("SELECT 1; SELECT 2", "1").actual.find("more than one statement") !=
          std::string::npos);
    CHECK(place.check("", "1").actual.find("no statement") != std::string::npos);
    CHECK(place.check("SELECT nothing FROM t", "1").verdict == Verdict::bad);
}

TEST_CASE("without an expectation a check is good when it yields rows", "[sqlite][check][EE-06]") {
    const Place place;
    const auto ask = [&](const std::string& sql) {
        auto open = place.connection();
        CheckSpec check;
        check.name = "any";
        check.sql = sql;
        return run_check(open, check, "copy");
    };
    const auto count = ask("SELECT count(*) FROM t");
    CHECK(count.verdict == Verdict::good);
    CHECK(count.actual == "3");
    CHECK(count.expected == "at least one row");
    CHECK(ask("SELECT x, x FROM f").actual == "1 row");
    CHECK(ask("SELECT x FROM f").actual == "1 row");  // what the data says is nobody's business
    CHECK(ask("SELECT * FROM t").actual == "3 rows");
    CHECK(ask("SELECT max(a) FROM t WHERE a > 9").verdict == Verdict::good);
    CHECK(ask("SELECT a FROM t WHERE a > 9").actual == "it yields no row");
    CHECK(ask("SELECT a FROM t WHERE a > 9").verdict == Verdict::bad);
    // The fault shows in the last row only.
    CHECK(ask("SELECT CASE a WHEN 2 THEN json('{') END FROM t WHERE a").verdict == Verdict::bad);
    CHECK(ask("DELETE FROM t RETURNING a").verdict == Verdict::bad);
    CHECK(ask("SELECT slug('x')").verdict == Verdict::unchecked);
}

TEST_CASE("a check may only read", "[sqlite][check]") {
    const Place place;
    const auto before = state_of(place.folder.path());
    const std::string sql = GENERATE(
        "DELETE FROM t RETURNING a", "INSERT INTO t VALUES(1)", "UPDATE t SET a = 1 RETURNING 1",
        "DROP TABLE t", "CREATE TABLE x(a)", "CREATE TEMP TABLE x(a)", "ATTACH 'other.db' AS o",
        "PRAGMA user_version = 3", "PRAGMA journal_mode = WAL", "PRAGMA writable_schema = ON",
        "SELECT load_extension('x')", "VACUUM", "VACUUM INTO 'other.db'", "BEGIN",
        "INSERT INTO f(f) VALUES('rebuild')", "ANALYZE", "REINDEX", "PRAGMA wal_checkpoint",
        "SELECT fts3_tokenizer('simple')", "SELECT * FROM pragma_wal_checkpoint");
    CAPTURE(sql);
    const auto finding = place.check(sql, "1");
    CHECK(finding.verdict != Verdict::good);
    CHECK_FALSE(fs::exists("other.db"));
    CHECK(state_of(place.folder.path()) == before);
}

TEST_CASE("a check has its time", "[sqlite][check]") {
    const Place place;
    const auto finding = place.check(
        "WITH RECURSIVE i(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM i) SELECT max(x) FROM i", "1",
        Duration{100});
    CHECK(finding.verdict == Verdict::bad);
    CHECK(finding.actual.find("longer than") != std::string::npos);
}

TEST_CASE("a check that needs a part of the application is unchecked", "[sqlite][check]") {
    const Place place;
    CHECK(place.check("SELECT slug('x')", "1").verdict == Verdict::unchecked);
    const auto finding = place.check("SELECT a FROM t ORDER BY a COLLATE german LIMIT 1", "1");
    CHECK(finding.verdict == Verdict::unchecked);
    CHECK(finding.reason.find("collation german") != std::string::npos);
}

TEST_CASE("the guard goes with the check", "[sqlite][check]") {
    const Place place;
    auto connection = place.connection();
    CHECK_FALSE(query_number(connection, "DELETE FROM t", "revision"));
    CHECK(connection.run("DELETE FROM t"));
}

TEST_CASE("a revision is one whole number", "[sqlite][check][VV-01]") {
    const Place place;
    auto connection = place.connection();
    CHECK(*query_number(connection, "SELECT max(a) FROM t", "revision") == 2);
    CHECK(*query_number(connection, "PRAGMA user_version", "schema version") == 12);
    for (const char* sql :
         {"SELECT 'x'", "SELECT 1.5", "SELECT NULL", "SELECT 1, 2", "SELECT 1 WHERE 0"}) {
        const auto number = query_number(connection, sql, "revision");
        REQUIRE_FALSE(number);
        CHECK(number.error().code == ErrorCode::sqlite);
        CHECK(number.error().message.find("revision") != std::string::npos);
    }
}

}  // namespace muster
