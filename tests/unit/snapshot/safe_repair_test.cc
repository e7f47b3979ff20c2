#include "engine/snapshot/safe_repair.h"

#include <catch2/catch.hpp>

#include "engine/snapshot/inspect.h"
#include "tests/support/checks.h"
#include "tests/support/database_files.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test_host.h"

namespace muster {

using namespace test;

namespace {

struct Debtor {
    TempFolder folder;
    TestHost test;
    RepairStep step;

    Debtor() {
        make_database(folder / "app.db", "CREATE TABLE t(a); INSERT INTO t VALUES (41), (0)");
        auto check = check_of("no-debt", "SELECT count(*) FROM t WHERE a = 41", "0");
        check.repair = CheckRepair{true, "UPDATE t SET a = 0 WHERE a = 41"};
        step = {(folder / "app.db").string(), {check}, {}};
    }
    std::vector<std::string> names() const {
        std::vector<std::string> out;
        for (const auto& entry : fs::directory_iterator{folder.path()})
            out.push_back(entry.path().filename().string());
        return out;
    }
};

}  // namespace

TEST_CASE("a repair leaves a proven way back beside the database", "[snapshot][repair][VV-12]") {
    const Debtor scene;
    const auto done = repair_safely(scene.step, scene.test.host);
    REQUIRE(done);
    CHECK(done->repaired.repairs.front().touched.front().updated == 1);
    CHECK(done->repaired.safety_copy.ends_with("app.db.pre-repair-20261120T100000Z.sqlite3"));
    CHECK(App{done->repaired.safety_copy}.value("SELECT count(*) FROM t WHERE a = 41") == "1");
    CHECK(App{scene.step.source}.value("SELECT sum(a) FROM t") == "0");
    CHECK(verdict_of(done->findings, "integrity") == Verdict::good);
}

TEST_CASE("where nothing was changed, nothing is left", "[snapshot][repair]") {
    Debtor scene;
    SECTION("there was nothing to repair") {
        App{scene.step.source}.run("DELETE FROM t");
        const auto done = repair_safely(scene.step, scene.test.host);
        REQUIRE(done);
        CHECK(done->repaired.repairs.empty());
        CHECK(done->repaired.safety_copy.empty());
    }
    SECTION("the repair does not help") {
        scene.step.checks[0].repair->sql = "UPDATE t SET a = 41";
        const auto done = repair_safely(scene.step, scene.test.host);
        REQUIRE_FALSE(done);
        CHECK(done.error().code == ErrorCode::repair_failed);
    }
    SECTION("the database is damaged") {
        make_database(scene.step.source,
                      "CREATE INDEX i ON t(a); PRAGMA writable_schema = ON; UPDATE sqlite_schema "
                      "SET sql = 'CREATE INDEX i ON t(a + 1)' WHERE name = 'i'");
        const auto before = read_all(scene.step.source);
        const auto done = repair_safely(scene.step, scene.test.host);
        REQUIRE_FALSE(done);
        CHECK(done.error().code == ErrorCode::damaged);
        CHECK(done.error().message.find("is left as it is") != std::string::npos);
        CHECK(read_all(scene.step.source) == before);
    }
    SECTION("it cannot be found out whether it is") {
        App{scene.step.source}.run(
            "PRAGMA writable_schema = ON; INSERT INTO sqlite_schema VALUES('table', 'v', 'v', 0, "
            "'CREATE VIRTUAL TABLE v USING nobody_has_it(a)')");
        const auto done = repair_safely(scene.step, scene.test.host);
        REQUIRE_FALSE(done);
        CHECK(done.error().code == ErrorCode::other_findings);
    }
    CHECK(scene.names() == std::vector<std::string>{"app.db"});
}

}  // namespace muster
