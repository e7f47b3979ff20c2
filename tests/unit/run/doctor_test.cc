#include "engine/run/doctor.h"

#include <catch2/catch.hpp>

#include <algorithm>

#include "engine/run/sizes_seen.h"
#include "tests/support/checks.h"
#include "tests/support/database_files.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test_host.h"

namespace muster {

using namespace test;

namespace {

const std::string wasteful =
    "CREATE TABLE t(a); INSERT INTO t SELECT hex(zeroblob(900)) FROM (WITH RECURSIVE n(i) AS (SELECT 1 "
    "UNION ALL SELECT i + 1 FROM n WHERE i < 400) SELECT i FROM n); DELETE FROM t WHERE rowid > 9;";

struct Clinic {
    TempFolder folder;
    TestHost test;
    DoctorRules rules;

    Clinic() {
        rules.jobs = 2;
        rules.compact.min_free_bytes = Bytes{64 << 10};
    }
    HealthReport look(std::vector<Patient> patients) {
        const auto report = examine_all(std::move(patients), rules, test.host);
        REQUIRE(report);
        return *report;
    }
    Patient patient(const std::string& name) const { return {folder / name, "", {}, {}, false}; }
};

std::vector<std::string> not_good(const DatabaseHealth& health) {
    std::vector<std::string> out;
    for (const auto& finding : health.findings)
        if (finding.verdict != Verdict::good) out.push_back(finding.code);
    return out;
}

using Codes = std::vector<std::string>;

}  // namespace

TEST_CASE("each database is told by its facts and findings, and all are added up",
          "[run][doctor][VV-09]") {
    Clinic clinic;
    make_database(clinic.folder / "a.db", "CREATE TABLE t(a); PRAGMA user_version = 3");
    make_database(clinic.folder / "b.db", wasteful);
    write_all(clinic.folder / "c.db", "no database");
    fs::create_symlink(clinic.folder / "a.db", clinic.folder / "again.db");
    const auto report =
        clinic.look({clinic.patient("c.db"), clinic.patient("a.db"), clinic.patient("again.db"),
                     clinic.patient("b.db"), clinic.patient("gone.db")});
    REQUIRE(report.databases.size() == 4);
    const auto& [a, b, c, gone] = std::tie(report.databases[0], report.databases[1],
                                           report.databases[2], report.databases[3]);
    CHECK(not_good(a).empty());
    CHECK(a.user_version == 3);
    CHECK(a.pages == 2);
    CHECK(a.auto_vacuum == "none");
    CHECK(a.unused_in_pages > Bytes{0});
    CHECK(not_good(b) == Codes{"compaction_recommended"});
    CHECK(b.verdict == Verdict::good);
    CHECK(b.reclaimable == Bytes{static_cast<std::uint64_t>(*b.free_pages * *b.page_size)});
    CHECK(not_good(c) == Codes{"readable"});
    CHECK(c.verdict == Verdict::bad);
    CHECK(c.bytes == Bytes{11});
    CHECK(not_good(gone) == Codes{"readable"});
    CHECK(report.candidates == Codes{b.path});
    CHECK(report.summary.databases == 4);
    CHECK(report.summary.healthy == 2);
    CHECK(report.summary.warned == 1);
    CHECK(report.summary.ill == 2);
    CHECK(report.summary.reclaimable == b.reclaimable);
}

TEST_CASE("a policy's questions are asked, also for the schema version", "[run][doctor]") {
    Clinic clinic;
    make_database(clinic.folder / "a.db", "CREATE TABLE t(a); INSERT INTO t VALUES (41)");
    auto patient = clinic.patient("a.db");
    patient.target = "shop";
    patient.checks = {check_of("none", "SELECT count(*) FROM t", "0")};
    patient.schema_version = SchemaVersionSpec{"SELECT a FROM t", {}};
    const auto report = clinic.look({patient});
    CHECK(report.databases[0].target == "shop");
    CHECK(report.databases[0].schema_version == 41);
    CHECK(not_good(report.databases[0]) == Codes{"check"});
    CHECK(report.databases[0].verdict == Verdict::bad);
}

TEST_CASE("what a crash left and who locks it are told", "[run][doctor]") {
    Clinic clinic;
    clinic.rules.depth = Depth::quick;
    const auto path = clinic.folder / "a.db";
    make_database(path, "PRAGMA journal_mode = WAL; CREATE TABLE t(a)");
    crash_after(path, "INSERT INTO t VALUES (1)");
    fs::remove(path.string() + "-shm");
    CHECK(not_good(clinic.look({clinic.patient("a.db")}).databases[0]) == Codes{"crashed_writer"});
    make_database(clinic.folder / "b.db", "CREATE TABLE t(a)");
    Child holder{[&](const Child::Ready& ready) {
        App app{clinic.folder / "b.db"};
        app.run("BEGIN EXCLUSIVE");
        ready();
        stay();
    }};
    const auto held = clinic.look({clinic.patient("b.db")});
    CHECK(held.databases[0].verdict == Verdict::unchecked);
    CHECK(held.summary.unchecked == 1);
}

TEST_CASE("repairs are rehearsed on the copy, and the posture says whether they may be made",
          "[run][doctor][repair][VV-09]") {
    Clinic clinic;
    const std::string debt = "CREATE TABLE t(a); INSERT INTO t VALUES (41), (0)";
    for (const auto* name : {"a.db", "b.db", "c.db", "d.db"})
        make_database(clinic.folder / name, debt);
    make_database(clinic.folder / "b.db", "INSERT INTO t VALUES (99)");
    make_database(clinic.folder / "c.db", "DELETE FROM t WHERE a = 41");
    poke(clinic.folder / "d.db", 4096, std::string(64, '\xff'));
    auto none = check_of("none", "SELECT count(*) FROM t WHERE a = 41", "0");
    none.repair = CheckRepair{true, "DELETE FROM t WHERE a = 41"};
    const auto less = check_of("less", "SELECT count(*) FROM t WHERE a > 50", "0");
    auto deep = check_of("deep", "SELECT 1", "2");
    deep.depth = Depth::deep;
    std::vector<Patient> patients;
    for (const auto* name : {"a.db", "b.db", "c.db", "d.db"}) {
        patients.push_back(clinic.patient(name));
        patients.back().target = name;
        patients.back().checks = {none, less, deep};
    }
    const auto before = state_of(clinic.folder.path());
    const auto report = clinic.look(patients);
    CHECK(state_of(clinic.folder.path()) == before);
    std::vector<RepairPosture> postures;
    for (const auto& each : report.databases) postures.push_back(each.posture);
    CHECK(postures == std::vector{RepairPosture::safe, RepairPosture::unsafe, RepairPosture::none,
                                  RepairPosture::unsafe});
    CHECK(report.summary.repair_safe == 1);
    CHECK(report.summary.repair_unsafe == 2);
    const auto& first = report.databases[0];
    CHECK(first.repair->repairs[0].touched[0].deleted == 1);
    const auto told = std::ranges::find(first.findings, std::string{"none"}, &Finding::check);
    REQUIRE(told != first.findings.end());
    CHECK(told->next == "muster repair-safe POLICY --target a.db");
    CHECK(report.databases[3].repair->fault == "its checks cannot be asked");
    make_database(clinic.folder / "e.db", wasteful);
    make_database(clinic.folder / "e.db",
                  "CREATE INDEX i ON t(a); PRAGMA writable_schema = ON; UPDATE sqlite_schema SET "
                  "sql = 'CREATE INDEX i ON t(a || 1)' WHERE name = 'i'");
    CHECK(clinic.look({clinic.patient("e.db")}).candidates.empty());
    clinic.rules.depth = Depth::deep;
    CHECK(not_good(clinic.look({patients[2]}).databases[0]) == Codes{"check"});
}

TEST_CASE("growth is told from one look to the next, and a spoiled memory is none",
          "[run][doctor][VV-09]") {
    Clinic clinic;
    const auto path = clinic.folder / "a.db", memory = clinic.folder / "cache/sizes-seen";
    make_database(path, "CREATE TABLE t(a)");
    const auto look = [&] {
        auto report = clinic.look({clinic.patient("a.db"), clinic.patient("gone.db")});
        compare_with_last_look(report, memory);
        return report.databases[0].growth;
    };
    CHECK_FALSE(look());
    const auto first = clinic.test.host.now();
    *clinic.test.time += std::chrono::hours{24};
    make_database(path, "INSERT INTO t VALUES (zeroblob(20000))");
    const auto grown = look();
    REQUIRE(grown);
    CHECK(grown->since == first);
    CHECK(grown->bytes >= 16384);
    make_database(path, "DELETE FROM t; VACUUM");
    CHECK(look()->bytes == -grown->bytes);
    write_all(memory, "what is this\n");
    CHECK_FALSE(look());
    CHECK(look()->bytes == 0);
}

TEST_CASE("a look at many is ended by who asked for it", "[run][doctor]") {
    Clinic clinic;
    make_database(clinic.folder / "a.db", "CREATE TABLE t(a)");
    clinic.test.host.keep_going = [] { return Result<>{fail(ErrorCode::interrupted, "stop", "")}; };
    const auto report = examine_all({clinic.patient("a.db")}, clinic.rules, clinic.test.host);
    REQUIRE_FALSE(report);
    CHECK(report.error().code == ErrorCode::interrupted);
}

}  // namespace muster
