#include "engine/sqlite/repair.h"

#include <catch2/catch.hpp>

#include <thread>

#include "tests/support/checks.h"
#include "tests/support/database_files.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test_host.h"

namespace muster {

using namespace test;

namespace {

/// Three blobs of two references each; the counts of the first and the last are wrong.
struct Drifted {
    TempFolder folder;
    TestHost test;
    fs::path path = folder / "app.db";
    CheckSpec counts = check_of(
        "counts",
        "SELECT count(*) FROM blob b WHERE n <> (SELECT count(*) FROM ref WHERE blob = b.id)", "0");
    CheckSpec rows = check_of("rows", "SELECT count(*) FROM blob", ">= 3");
    RepairOptions options;

    explicit Drifted(const std::string& more = "") {
        make_database(path,
                      more +
                          "CREATE TABLE blob(id INTEGER PRIMARY KEY, n); CREATE TABLE ref(blob);"
                          "INSERT INTO blob VALUES (7, 9), (8, 2), (9, 0);"
                          "INSERT INTO ref VALUES (7), (7), (8), (8), (9), (9);");
        repair_by(
            "UPDATE blob SET n = (SELECT count(*) FROM ref WHERE blob = blob.id) "
            "WHERE n <> (SELECT count(*) FROM ref WHERE blob = blob.id)");
    }
    void repair_by(const std::string& sql) { counts.repair = CheckRepair{true, sql}; }
    Result<std::vector<Repair>> repair() const {
        return repair_rows(path, {counts, rows}, options, test.host);
    }
    std::string counted() const {
        return App{path}.value("SELECT group_concat(n) FROM (SELECT n FROM blob ORDER BY id)");
    }
    /// Why it failed; nothing may have changed then.
    std::string fault(ErrorCode code = ErrorCode::repair_failed) const {
        const auto before = counted();
        const auto done = repair();
        REQUIRE_FALSE(done);
        CHECK(done.error().code == code);
        CHECK(counted() == before);
        return done.error().message;
    }
};

}  // namespace

TEST_CASE("what fails and has a safe repair is put right, and each row is named",
          "[sqlite][repair][VV-12]") {
    const Drifted scene{GENERATE("", "PRAGMA journal_mode = WAL;", "PRAGMA encoding = 'UTF-16';")};
    const auto done = scene.repair();
    REQUIRE(done);
    CHECK(*done == std::vector<Repair>{{"counts", "2", "0", {{"blob", 0, 2, 0, {7, 9}, false}}}});
    CHECK(scene.counted() == "2,2,2");
    const auto again = scene.repair();
    REQUIRE(again);
    CHECK(again->empty());
}

TEST_CASE("a rehearsal tells the same and changes nothing", "[sqlite][repair]") {
    Drifted scene;
    scene.options.rehearse = true;
    const auto told = scene.repair();
    REQUIRE(told);
    CHECK(told->front().after == "0");
    CHECK(told->front().touched.front().rows == std::vector<std::int64_t>{7, 9});
    CHECK(scene.counted() == "9,2,0");
}

TEST_CASE("a repair without the word safe is left alone", "[sqlite][repair]") {
    Drifted scene;
    scene.counts.repair->safe = false;
    const auto done = scene.repair();
    REQUIRE(done);
    CHECK(done->empty());
    CHECK(scene.counted() == "9,2,0");
}

TEST_CASE("what does not help is rolled back", "[sqlite][repair][VV-12]") {
    Drifted scene;
    SECTION("its check still fails") {
        scene.repair_by("UPDATE blob SET n = 2 WHERE id = 7");
        CHECK(scene.fault().find("after its repair, check counts yields 1") != std::string::npos);
    }
    SECTION("another check fails that did not") {
        scene.repair_by("DELETE FROM blob WHERE id <> 8");
        CHECK(scene.fault().find("after the repairs, check rows yields 1") != std::string::npos);
    }
    SECTION("a row names a parent that is gone, beside a reference that fits no parent at all") {
        App{scene.path}.run(
            "CREATE TABLE wrong(a REFERENCES blob(n)); INSERT INTO wrong VALUES (1);"
            "CREATE TABLE note(blob REFERENCES blob); INSERT INTO note VALUES (9);"
            "INSERT INTO blob VALUES (10, 0), (11, 0)");
        scene.repair_by("DELETE FROM blob WHERE id IN (7, 9)");
        CHECK(scene.fault().find("1 rows would name a parent that is gone, where 0 do now") !=
              std::string::npos);
    }
}

TEST_CASE("a full-text index that would come apart from its table keeps the repair from it",
          "[sqlite][repair]") {
    const bool triggers = GENERATE(true, false);
    Drifted scene;
    App{scene.path}.run(
        "CREATE VIRTUAL TABLE found USING fts5(n, content = 'blob', content_rowid = 'id');"
        "INSERT INTO found(found) VALUES('rebuild')");
    if (triggers)
        App{scene.path}.run(
            "CREATE TRIGGER follow AFTER UPDATE ON blob BEGIN "
            "INSERT INTO found(found, rowid, n) VALUES('delete', old.id, old.n);"
            "INSERT INTO found(rowid, n) VALUES(new.id, new.n); END;");
    if (triggers)
        CHECK(scene.repair());
    else
        CHECK(scene.fault().find("index found would not fit its table") != std::string::npos);
}

TEST_CASE("a row that triggers change again is one row", "[sqlite][repair]") {
    const Drifted scene;
    App{scene.path}.run(
        "CREATE TRIGGER touch AFTER UPDATE OF n ON blob BEGIN UPDATE blob SET id = id WHERE id = "
        "new.id; END;");
    const auto done = scene.repair();
    REQUIRE(done);
    CHECK(spell_touched(done->front().touched.front()) == "blob: 4 updates (rows 7, 9)");
}

TEST_CASE("a repair may change rows, and nothing else", "[sqlite][repair]") {
    Drifted scene;
    App{scene.path}.run("ANALYZE");
    const std::string sql =
        GENERATE("DROP TABLE ref", "CREATE TABLE more(a)", "PRAGMA user_version = 3",
                 "ATTACH 'other.db' AS other", "COMMIT", "DELETE FROM sqlite_schema",
                 "DELETE FROM sqlite_stat1", "UPDATE blob SET n = load_extension('x')",
                 "UPDATE blob SET n = 1; DROP TABLE ref", "UPDATE nowhere SET n = 1",
                 "UPDATE blob SET n = :n");
    scene.repair_by(sql);
    CAPTURE(sql);
    CHECK(scene.fault().find("the repair of counts cannot be carried out") != std::string::npos);
    CHECK(App{scene.path}.value("SELECT count(*) FROM sqlite_schema") == "3");
    CHECK(App{scene.path}.value("SELECT count(*) FROM sqlite_stat1") != "0");
}

TEST_CASE("rows that triggers change are told too, and those of a search index are not",
          "[sqlite][repair]") {
    const Drifted scene;
    App{scene.path}.run(
        "CREATE TABLE log(what PRIMARY KEY) WITHOUT ROWID; CREATE VIRTUAL TABLE found USING fts5(t);"
        "CREATE TRIGGER note AFTER UPDATE ON blob BEGIN INSERT INTO log VALUES(new.id);"
        "INSERT INTO found VALUES('blob ' || new.id); END;");
    const auto done = scene.repair();
    if (!done) FAIL(done.error().text());
    CHECK(done->front().touched ==
          std::vector<TouchedRows>{{"blob", 0, 2, 0, {7, 9}, false}, {"log", 2, 0, 0, {}, false}});
    CHECK(App{scene.path}.value("SELECT count(*) FROM found('blob')") == "2");
}

TEST_CASE("many rows are counted, and the first of them named", "[sqlite][repair]") {
    const Drifted scene;
    App{scene.path}.run(
        "WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 199) "
        "INSERT INTO blob SELECT i, 1 FROM n");
    const auto done = scene.repair();
    REQUIRE(done);
    const auto& touched = done->front().touched.front();
    CHECK(touched.updated == 102);
    CHECK(touched.rows.size() == 20);
    CHECK(touched.more);
    CHECK(spell_touched(touched).starts_with("blob: 102 updates (rows 7, 9, 100, "));
    CHECK(spell_touched(touched).ends_with(", …)"));
}

TEST_CASE("rows that come and go are told as such", "[sqlite][repair]") {
    CHECK(spell_touched({"t", 1, 0, 2, {}, false}) == "t: 1 insertion, 2 deletions");
    Drifted scene;
    scene.repair_by("DELETE FROM blob WHERE id IN (7, 9)");
    scene.rows.expect = TextForm<Expectation>::parse(">= 1");
    const auto done = scene.repair();
    REQUIRE(done);
    CHECK(done->front().touched == std::vector<TouchedRows>{{"blob", 0, 0, 2, {7, 9}, false}});
    scene.repair_by("DELETE FROM blob");  // all of a table: SQLite would do that without its rows
    App{scene.path}.run("UPDATE blob SET n = 5");
    scene.rows.expect = TextForm<Expectation>::parse("0");
    const auto all = scene.repair();
    REQUIRE(all);
    CHECK(all->front().touched == std::vector<TouchedRows>{{"blob", 0, 0, 1, {8}, false}});
}

TEST_CASE("who writes is waited for, and named when it lasts", "[sqlite][repair]") {
    Drifted scene;
    scene.options.wait = std::chrono::milliseconds{50};
    Child writer{[&](const Child::Ready& ready) {
        App app{scene.path};
        app.run("BEGIN IMMEDIATE");
        ready();
        stay();
    }};
    CHECK(scene.fault(ErrorCode::exclusive_holder).find("pid") != std::string::npos);
    scene.options.wait = std::chrono::hours{1};
    std::jthread stopper{[stopped = scene.test.stopped] {
        std::this_thread::sleep_for(std::chrono::milliseconds{200});
        *stopped = true;
    }};
    scene.fault(ErrorCode::interrupted);
}

TEST_CASE("a lock is waited for before anything is asked: no check fails for want of it",
          "[sqlite][repair]") {
    Drifted scene;
    scene.repair_by("DELETE FROM blob WHERE id <> 8");
    Child writer{[&](const Child::Ready& ready) {
        App app{scene.path};
        app.run("BEGIN EXCLUSIVE");
        ready();
        std::this_thread::sleep_for(std::chrono::milliseconds{500});
        app.run("COMMIT");
        stay();
    }};
    const auto done = scene.repair();
    REQUIRE_FALSE(done);
    CHECK(done.error().message.find("check rows yields 1") != std::string::npos);
    CHECK(scene.counted() == "9,2,0");
}

TEST_CASE("a run that ought to stop leaves the rows", "[sqlite][repair]") {
    const Drifted scene;
    *scene.test.stopped = true;
    scene.fault(ErrorCode::interrupted);
}

}  // namespace muster
