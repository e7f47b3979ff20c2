#include "engine/sqlite/program_check.h"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <fstream>

#include "tests/support/database_files.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test_host.h"

namespace muster {
namespace {

using namespace test;

struct ProgramPlace {
    TempFolder folder;
    fs::path db = folder / "data/a.db";
    TestHost test;
    CheckSpec check;

    ProgramPlace() {
        fs::create_directories(db.parent_path());
        make_database(db,
                      "PRAGMA page_size = 1024; CREATE TABLE t(a); INSERT INTO t VALUES(1), (2)");
        test.host.scratch = folder / "scratch";
        check.name = "own tool";
    }
    Finding ask(const std::string& script) {
        check.command = {"sh", "-c", script, "tool", "{database}"};
        return look();
    }
    Finding look() {
        auto connection = *Connection::open(db, OpenMode::immutable);
        auto finding = check_by_program(connection, check, "copy", test.host);
        if (!finding) FAIL(finding.error().text());
        CHECK(fs::is_empty(folder / "scratch"));
        return *finding;
    }
};

}  // namespace

TEST_CASE("a program that ends with status 0 is a good check", "[sqlite][program][AZ-04]") {
    ProgramPlace place;
    // The backup API counts in the header, and changes nothing else.
    const auto good = place.ask("cmp -i 100 \"$1\" '" + place.db.string() +
                                "' && test \"$1\" != '" + place.db.string() + "'");
    CHECK(good.actual == "exit status 0");
    CHECK(good.verdict == Verdict::good);
    CHECK(good.code == "check");
    CHECK(good.reason == "check own tool holds");
    CHECK(good.coverage.ends_with("tool {database}"));
}

TEST_CASE("any other end is bad, with the last that was said", "[sqlite][program][AZ-04]") {
    ProgramPlace place;
    place.check.severity = Severity::warning;
    auto bad = place.ask("echo '2 orders without a customer'; printf '\\033[2Jred\\n'; exit 7");
    CHECK(bad.verdict == Verdict::bad);
    CHECK(bad.severity == Severity::warning);
    CHECK(bad.reason == "check own tool fails: sh ended with exit status 7");
    CHECK_THAT(bad.actual, Catch::Matchers::StartsWith("exit status 7 after ") &&
                               Catch::Matchers::EndsWith(
                                   "; its last words: 2 orders without a customer | [2Jred"));
    CHECK_THAT(place.ask("kill -11 $$").actual, Catch::Matchers::StartsWith("ended by signal 11"));
    place.check.within = Duration{200};
    bad = place.ask("echo begun; sleep 100");
    CHECK(bad.verdict == Verdict::bad);
    CHECK_THAT(bad.actual, Catch::Matchers::StartsWith("did not end in time") &&
                               Catch::Matchers::EndsWith("begun"));
}

TEST_CASE("what a program does to its copy reaches nothing else", "[sqlite][program][AZ-04]") {
    ProgramPlace place;
    const auto before = state_of(place.folder / "data");
    CHECK(
        place.ask("rm -f \"$1\"; echo x > \"$1-wal\"; echo y > litter; mkdir -p deep/er").verdict ==
        Verdict::good);
    CHECK(state_of(place.folder / "data") == before);
}

TEST_CASE("a program sees what the connection sees, also of a log", "[sqlite][program][AZ-04]") {
    ProgramPlace place;
    App app{place.db};
    app.run("PRAGMA journal_mode = WAL; INSERT INTO t VALUES(3)");
    auto connection = *Connection::open(place.db, OpenMode::read_only);
    place.check.command = {"sh", "-c", "test $(grep -c . \"$1\") -gt 0 && ls", "tool",
                           "{database}"};
    auto finding = check_by_program(connection, place.check, "copy", place.test.host);
    REQUIRE(finding);
    CHECK(finding->verdict == Verdict::good);
}

TEST_CASE("a program that cannot be run proves nothing, and is not bad",
          "[sqlite][program][AZ-04]") {
    ProgramPlace place;
    place.check.command = {"/nowhere/tool", "{database}"};
    const auto finding = place.look();
    CHECK(finding.verdict == Verdict::unchecked);
    CHECK(finding.severity == Severity::error);
    CHECK(finding.reason.find("/nowhere/tool") != std::string::npos);
    CHECK_FALSE(finding.next.empty());
}

TEST_CASE("no key reaches a program", "[sqlite][program][AZ-04]") {
    ProgramPlace place;
    for (const char* name : {"SHOP_KEY", "MUSTER_KEY", "CREDENTIALS_DIRECTORY", "SHOP_MODE"})
        ::setenv(name, "told", 1);
    place.test.host.secret_variables = {"SHOP_KEY"};
    const auto finding =
        place.ask("echo \"$SHOP_KEY,$MUSTER_KEY,$CREDENTIALS_DIRECTORY,$SHOP_MODE\"; exit 1");
    for (const char* name : {"SHOP_KEY", "MUSTER_KEY", "CREDENTIALS_DIRECTORY", "SHOP_MODE"})
        ::unsetenv(name);
    CHECK_THAT(finding.actual, Catch::Matchers::EndsWith("; its last words: ,,,told"));
}

TEST_CASE("a stopped run stops its program and has no finding", "[sqlite][program][AZ-04]") {
    ProgramPlace place;
    place.check.command = {"sh", "-c", "sleep 100", "tool", "{database}"};
    auto connection = *Connection::open(place.db, OpenMode::immutable);
    *place.test.stopped = true;
    const auto finding = check_by_program(connection, place.check, "copy", place.test.host);
    REQUIRE_FALSE(finding);
    CHECK(finding.error().code == ErrorCode::interrupted);
}

}  // namespace muster
