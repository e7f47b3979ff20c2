#include "engine/sqlite/integrity.h"

#include <catch2/catch.hpp>

#include <algorithm>

#include "tests/support/database_files.h"
#include "tests/support/temp_folder.h"

namespace muster {
namespace {

using namespace test;

struct SickPlace {
    TempFolder folder;
    fs::path data = folder / "data";
    fs::path db = data / "copy.db";
    SickPlace() { fs::create_directories(data); }

    Findings verify(Depth depth = Depth::full) const {
        const auto before = state_of(data);
        auto findings = verify_database(db, {depth, folder / "scratch"}, "copy");
        if (!findings) FAIL(findings.error().text());
        CHECK(state_of(data) == before);
        CHECK((!fs::exists(folder / "scratch") || fs::is_empty(folder / "scratch")));
        for (const auto& finding : *findings) {
            INFO(finding.code);
            CHECK(finding.subject == "copy");
            CHECK_FALSE(finding.reason.empty());
            CHECK_FALSE(finding.expected.empty());
            CHECK_FALSE(finding.actual.empty());
            CHECK_FALSE(finding.coverage.empty());
        }
        return *std::move(findings);
    }
    std::string integrity_check() const { return App{db}.value("PRAGMA integrity_check"); }
};

std::vector<std::string> codes(const Findings& findings) {
    std::vector<std::string> all;
    for (const auto& finding : findings) all.push_back(finding.code);
    return all;
}

const Finding& find(const Findings& findings, const std::string& code) {
    const auto found = std::ranges::find(findings, code, &Finding::code);
    REQUIRE(found != findings.end());
    return *found;
}

bool all_good(const Findings& findings) {
    return std::ranges::all_of(
        findings, [](const Finding& finding) { return finding.verdict == Verdict::good; });
}

int reverse_order(void*, int left_size, const void* left, int right_size, const void* right) {
    const std::string_view l{static_cast<const char*>(left), static_cast<std::size_t>(left_size)};
    const std::string_view r{static_cast<const char*>(right), static_cast<std::size_t>(right_size)};
    return l < r ? 1 : l > r ? -1 : 0;
}

}  // namespace

TEST_CASE("a sound database is good at every depth", "[sqlite][integrity][EE-02][AZ-03]") {
    SickPlace place;
    make_database(
        place.db,
        std::string{"PRAGMA journal_mode = "} + GENERATE("DELETE", "WAL") +
            "; CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(p REFERENCES p); INSERT INTO p VALUES(1); INSERT INTO c VALUES(1)");
    CHECK(place.verify(Depth::checksum).empty());
    CHECK(codes(place.verify(Depth::quick)) ==
          std::vector<std::string>{"readable", "integrity", "foreign_keys"});
    const auto findings = place.verify();
    CHECK(codes(findings) ==
          std::vector<std::string>{"readable", "integrity", "foreign_keys", "page_census"});
    CHECK(all_good(findings));
}

TEST_CASE("what cannot be opened is bad, not an Error", "[sqlite][integrity][EE-02]") {
    SickPlace place;
    make_database(place.db, "CREATE TABLE t(a); INSERT INTO t VALUES(1)");
    const std::string sound = read_all(place.db);
    const std::string bytes = GENERATE_COPY(
        std::string{}, std::string{"x"}, std::string(9000, 'x'), sound.substr(0, sound.size() - 1),
        sound.substr(0, 4096), std::string{"SQLite format 3"} + std::string(4081, '\xff'));
    write_all(place.db, bytes);
    const auto findings = place.verify();
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].code == "readable");
    CHECK(fails(findings[0]));
}

TEST_CASE("a log left beside the file is not silently passed over", "[sqlite][integrity]") {
    SickPlace place;
    make_database(place.db, "CREATE TABLE t(a)");
    const std::string suffix = GENERATE("-wal", "-journal");
    write_all(place.db.string() + suffix, "");
    CHECK(place.verify()[0].verdict == Verdict::good);
    write_all(place.db.string() + suffix, "commits");
    const auto finding = place.verify()[0];
    CHECK(finding.verdict == Verdict::unchecked);
    CHECK(finding.reason.find(suffix) != std::string::npos);
}

TEST_CASE("a damaged index is bad at depth full", "[sqlite][integrity][EE-02]") {
    SickPlace place;
    make_database(place.db,
                  "CREATE TABLE t(a); CREATE INDEX i ON t(a); INSERT INTO t VALUES(1), (2), (3)");
    // Row 3 leaves the table behind the index's back.
    make_database(place.db,
                  "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'i'");
    make_database(place.db, "DELETE FROM t WHERE a = 3");
    make_database(
        place.db,
        "PRAGMA writable_schema = ON; INSERT INTO sqlite_schema VALUES('index', 'i', 't', 3, 'CREATE INDEX i ON t(a)')");
    CHECK(find(place.verify(Depth::quick), "integrity").verdict == Verdict::good);
    const auto finding = find(place.verify(), "integrity");
    CHECK(fails(finding));
    CHECK(finding.actual.find("index i") != std::string::npos);
}

TEST_CASE("a row without its parent is a warning that names it", "[sqlite][integrity]") {
    SickPlace place;
    make_database(
        place.db,
        "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(p REFERENCES p); INSERT INTO c VALUES(7)");
    const auto finding = find(place.verify(Depth::quick), "foreign_keys");
    CHECK(finding.verdict == Verdict::bad);
    CHECK(finding.severity == Severity::warning);
    CHECK_FALSE(fails(finding));
    CHECK(finding.actual == "row 1 of c has no parent in p");
}

TEST_CASE("the census speaks where integrity_check says ok", "[sqlite][integrity][EE-02]") {
    SickPlace place;
    const std::string bytes = GENERATE("100000", "5000000");  // the larger beside integrity_check
    make_database(place.db,
                  "CREATE TABLE t(a); CREATE TABLE lost(a); INSERT INTO lost VALUES(zeroblob(" +
                      bytes + ")); CREATE VIEW v AS SELECT 1");
    make_database(place.db,
                  "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'lost'");
    const auto findings = place.verify();
    CHECK(find(findings, "integrity").verdict == Verdict::good);
    CHECK(fails(find(findings, "page_census")));
    CHECK(find(findings, "page_census").actual.find("orphaned") != std::string::npos);
}

TEST_CASE("full-text tables are asked, sound and damaged", "[sqlite][integrity][EE-02]") {
    SickPlace place;
    const std::string module = GENERATE("fts3", "fts4", "fts5");
    CAPTURE(module);
    make_database(place.db, "PRAGMA journal_mode = WAL; CREATE VIRTUAL TABLE [my \"index] USING " +
                                module +
                                "(body); INSERT INTO [my \"index] VALUES('one two'), ('three')");
    CHECK(find(place.verify(), "full_text").verdict == Verdict::good);
    make_database(place.db, "DELETE FROM [my \"index_content] WHERE rowid = " +
                                std::string{module == "fts5" ? "1" : "1"});
    CHECK(place.integrity_check() == "ok");
    const auto finding = find(place.verify(), "full_text");
    CHECK(fails(finding));
    CHECK(finding.reason.find("my \"index") != std::string::npos);
}

TEST_CASE("full-text tables with content elsewhere or none are not called damaged",
          "[sqlite][integrity]") {
    SickPlace place;
    make_database(
        place.db,
        "CREATE TABLE doc(id INTEGER PRIMARY KEY, body); INSERT INTO doc VALUES(1, 'one two'), (2, 'three');"
        "CREATE VIRTUAL TABLE a USING fts5(body, content='doc', content_rowid='id'); INSERT INTO a(a) VALUES('rebuild');"
        "CREATE VIRTUAL TABLE b USING fts5(body, content=''); INSERT INTO b(rowid, body) VALUES(1, 'one');"
        "CREATE VIRTUAL TABLE c USING fts4(body, content='doc'); INSERT INTO c(docid, body) SELECT id, body FROM doc;"
        "CREATE VIRTUAL TABLE d USING fts4(body, content=''); INSERT INTO d(docid, body) VALUES(1, 'one');");
    for (const auto& finding : place.verify()) {
        INFO(finding.code << ' ' << finding.reason << ' ' << finding.actual);
        CHECK(finding.verdict != Verdict::bad);
    }
}

TEST_CASE("a full-text table that does not open is bad, wherever its text stands",
          "[sqlite][integrity][EE-02]") {
    SickPlace place;
    make_database(
        place.db,
        "CREATE VIRTUAL TABLE a USING fts5(body, content=''); INSERT INTO a(rowid, body) VALUES(1, 'one')");
    const std::string damage =
        GENERATE("UPDATE a_config SET v = 0", "DELETE FROM a_config", "DROP TABLE a_config");
    CAPTURE(damage);
    make_database(place.db, damage);
    CHECK(place.integrity_check() == "ok");
    CHECK(fails(find(place.verify(), "full_text")));
}

TEST_CASE("R-trees are asked, sound and damaged", "[sqlite][integrity][EE-02]") {
    SickPlace place;
    make_database(
        place.db,
        "CREATE VIRTUAL TABLE r USING rtree(id, a, b); INSERT INTO r VALUES(1, 2, 3), (2, 3, 4)");
    CHECK(find(place.verify(), "rtree").verdict == Verdict::good);
    make_database(place.db, "DELETE FROM r_rowid WHERE rowid = 2");
    CHECK(place.integrity_check() == "ok");
    CHECK(fails(find(place.verify(), "rtree")));
}

TEST_CASE("what the application would have to bring is unchecked, with its name",
          "[sqlite][integrity]") {
    SickPlace place;
    SECTION("collation") {
        App app{place.db};
        sqlite3_create_collation(app.handle(), "german", SQLITE_UTF8, nullptr, &reverse_order);
        app.run(
            "CREATE TABLE t(a TEXT COLLATE german); CREATE INDEX i ON t(a); INSERT INTO t VALUES('x'), ('y'); CREATE TABLE other(a); CREATE INDEX o ON other(a); INSERT INTO other VALUES(1)");
        const auto finding = find(place.verify(), "integrity");
        CHECK(finding.verdict == Verdict::unchecked);
        CHECK(finding.reason.find("german") != std::string::npos);
    }
    SECTION("function in an index") {
        App app{place.db};
        sqlite3_create_function(
            app.handle(), "slug", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, nullptr,
            [](sqlite3_context* context, int, sqlite3_value** values) {
                sqlite3_result_value(context, values[0]);
            },
            nullptr, nullptr);
        app.run("CREATE TABLE t(a); CREATE INDEX i ON t(slug(a)); INSERT INTO t VALUES('x')");
        const auto finding = find(place.verify(), "integrity");
        CAPTURE(finding.actual, finding.reason);
        CHECK(finding.verdict == Verdict::unchecked);
        CHECK(finding.reason.find("slug") != std::string::npos);
    }
    SECTION("module") {
        make_database(place.db, "CREATE TABLE t(a)");
        make_database(
            place.db,
            "PRAGMA writable_schema = ON; INSERT INTO sqlite_schema VALUES('table', 'v', 'v', 0, 'CREATE VIRTUAL TABLE v USING vec0(x)')");
        const auto findings = place.verify();
        CHECK(find(findings, "integrity").verdict == Verdict::good);
        CHECK(find(findings, "virtual_table").verdict == Verdict::unchecked);
        CHECK(find(findings, "virtual_table").reason.find("vec0") != std::string::npos);
    }
    SECTION("damage elsewhere is still seen") {
        {
            App app{place.db};
            sqlite3_create_collation(app.handle(), "german", SQLITE_UTF8, nullptr, &reverse_order);
            app.run(
                "CREATE TABLE z(a TEXT COLLATE german); CREATE INDEX i ON z(a); INSERT INTO z VALUES('x'); CREATE TABLE t(a NOT NULL); INSERT INTO t VALUES(1)");
        }
        make_database(
            place.db,
            "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE TABLE t(a NOT NULL, b NOT NULL)' WHERE name = 't'");
        CHECK(fails(find(place.verify(), "integrity")));
    }
}

TEST_CASE("a run that ought to stop ends an examination, and what was interrupted is no verdict",
          "[sqlite][integrity]") {
    SickPlace place;
    make_database(place.db,
                  "CREATE TABLE t(a, b); CREATE INDEX t_a ON t(a);"
                  "WITH RECURSIVE i(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM i WHERE x < 200000)"
                  "INSERT INTO t SELECT hex(randomblob(60)), x FROM i");
    REQUIRE(fs::file_size(place.db) > 40'000'000);
    const auto depth = GENERATE(Depth::quick, Depth::full);  // at quick no census asks too
    VerifyOptions options{depth, place.folder / "scratch"};
    options.keep_going = [] { return Result<>{fail(ErrorCode::interrupted, "stopped by hand")}; };
    const auto stopped = verify_database(place.db, options, "copy");
    REQUIRE_FALSE(stopped);
    CHECK(stopped.error().message == "stopped by hand");
}

}  // namespace muster
