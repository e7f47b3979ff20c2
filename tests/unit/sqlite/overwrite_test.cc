#include "engine/sqlite/overwrite.h"

#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>
#include <optional>
#include <random>

#include "engine/snapshot/same_pages.h"
#include "tests/support/database_files.h"
#include "tests/support/temp_folder.h"

namespace muster {

using namespace test;

namespace {

/// Bytes that this process has given to write() so far.
std::uint64_t written_so_far() {
    std::ifstream io{"/proc/self/io"};
    std::string name;
    std::uint64_t number = 0;
    while (io >> name >> number)
        if (name == "wchar:") return number;
    return 0;
}

std::string fill(int rows, unsigned seed) {
    return "INSERT INTO t(a, b) SELECT abs(random()), hex(zeroblob(60)) || " +
           std::to_string(seed) +
           " FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 " + "FROM n WHERE i < " +
           std::to_string(rows) + ") SELECT i FROM n);";
}

/// A database, and another state of it.
struct TwoStates {
    TempFolder folder;
    fs::path target = folder / "target.db", from = folder / "from.db";

    explicit TwoStates(const std::string& changes, const std::string& pragmas = "",
                       int rows = 150) {
        make_database(target, pragmas +
                                  "CREATE TABLE t(id INTEGER PRIMARY KEY, a, b); CREATE INDEX i ON "
                                  "t(a);" +
                                  fill(rows, 1));
        fs::copy_file(target, from);
        make_database(from, changes);
    }
    bool is_overwritten() const { return *same_pages(*File::open_read(target), from); }
    bool has_journal() const { return fs::exists(target.string() + "-journal"); }
};

const std::vector<std::string> kinds_of_change{
    "UPDATE t SET b = 'x' WHERE id = 77",
    "DELETE FROM t WHERE id % 3 = 0; VACUUM",
    fill(200, 2),
    "DROP INDEX i; CREATE TABLE u(c); INSERT INTO u VALUES (1)",
    "DELETE FROM t; VACUUM",
    "PRAGMA auto_vacuum = FULL; VACUUM; DELETE FROM t WHERE id > 80",
    "SELECT 1",
};

}  // namespace

TEST_CASE("a database becomes the other one, whatever differs and however its journal is kept",
          "[sqlite][overwrite][VV-06]") {
    const std::string mode =
        GENERATE("DELETE", "TRUNCATE", "PERSIST", "WAL", "DELETE; PRAGMA page_size = 65536");
    for (const auto& change : kinds_of_change) {
        const TwoStates states{change};
        make_database(states.target, "PRAGMA journal_mode = " + mode + "; VACUUM");
        App user{states.target};  // knows schema and pages of before
        user.value("SELECT total(a) FROM t");
        if (mode == "PERSIST") user.run("UPDATE t SET a = 1 WHERE id = 5");
        const auto done = overwrite_database(states.from, states.target, {});
        if (!done) FAIL(mode << ", " << change << ": " << done.error().text());
        App from{states.from};
        for (const auto* sql :
             {"SELECT count(*) || ' ' || total(a) FROM t",
              "SELECT group_concat(sql) FROM sqlite_schema", "PRAGMA integrity_check"})
            CHECK(user.value(sql) == from.value(sql));
        user.run("INSERT INTO t(a) VALUES (12)");
        CHECK(user.value("PRAGMA integrity_check") == "ok");
    }
}

TEST_CASE("only pages that differ are written", "[sqlite][overwrite]") {
    const TwoStates states{"UPDATE t SET b = 'x' WHERE id = 77", "", 60000};
    const auto bytes = fs::file_size(states.target);
    REQUIRE(bytes > 5'000'000);
    const auto before = written_so_far();
    REQUIRE(overwrite_database(states.from, states.target, {}));
    // Two pages and their former selves in the journal.
    CHECK(written_so_far() - before < 8 * 4096);
    CHECK(states.is_overwritten());
    CHECK_FALSE(states.has_journal());
}

TEST_CASE("an overwriting that fails anywhere leaves the former content", "[sqlite][overwrite]") {
    const auto& change = GENERATE_REF(from_range(kinds_of_change));
    for (int most = 0, steps = 1; most < steps; ++most) {
        const TwoStates states{change};
        const auto former = read_all(states.target);
        OverwriteOptions options;
        steps = 0;
        options.progress = [&](auto, auto) -> Result<> {
            return steps++ < most ? Result<>{}
                                  : Result<>{fail(ErrorCode::interrupted, "enough", "")};
        };
        const auto done = overwrite_database(states.from, states.target, options);
        if (done) break;
        CHECK(done.error().message == "enough");
        if (read_all(states.target) != former) FAIL(change << " after " << most);
        CHECK_FALSE(states.has_journal());
        steps = most + 2;
    }
}

TEST_CASE("an overwriting that is killed anywhere is rolled back by whoever comes next",
          "[sqlite][overwrite]") {
    const auto& change = GENERATE_REF(from_range(kinds_of_change));
    for (int most = 0;; ++most) {
        const TwoStates states{change};
        const auto former = read_all(states.target);
        Child child{[&](const Child::Ready& ready) {
            ready();
            OverwriteOptions options;
            int steps = 0;
            options.progress = [&](auto, auto) -> Result<> {
                if (steps++ == most) ::raise(SIGKILL);
                return {};
            };
            static_cast<void>(overwrite_database(states.from, states.target, options));
        }};
        const bool killed = child.wait() != 0;
        CHECK(App{states.target}.value("PRAGMA integrity_check") == "ok");
        if (killed && read_all(states.target) != former) FAIL(change << " after " << most);
        if (killed) continue;
        CHECK(states.is_overwritten());
        break;
    }
}

TEST_CASE("nobody commits between the question and the writing, and readers hold it up",
          "[sqlite][overwrite]") {
    const TwoStates states{"UPDATE t SET b = 'x' WHERE id = 77"};
    const auto former = read_all(states.target);
    OverwriteOptions options;
    options.wait = std::chrono::milliseconds{50};
    SECTION("a refusal") {
        options.locked = [&]() -> Result<> {
            App other{states.target};
            other.run("PRAGMA busy_timeout = 0");
            CHECK_THROWS(other.run("INSERT INTO t(a) VALUES (1)"));
            CHECK(other.value("SELECT count(*) FROM t") == "150");  // may still read
            return fail(ErrorCode::exclusive_holder, "no", "");
        };
        CHECK(overwrite_database(states.from, states.target, options).error().message == "no");
    }
    SECTION("a reader") {
        Child reader{[&](const Child::Ready& ready) {
            App app{states.target};
            app.run("BEGIN");
            app.value("SELECT count(*) FROM t");
            ready();
            stay();
        }};
        const auto done = overwrite_database(states.from, states.target, options);
        REQUIRE_FALSE(done);
        CHECK(done.error().code == ErrorCode::exclusive_holder);
        CHECK(done.error().message.find(std::to_string(reader.pid())) != std::string::npos);
    }
    SECTION("a writer") {
        Child writer{[&](const Child::Ready& ready) {
            App app{states.target};
            app.run("BEGIN IMMEDIATE");
            ready();
            stay();
        }};
        const auto done = overwrite_database(states.from, states.target, options);
        REQUIRE_FALSE(done);
        CHECK(done.error().code == ErrorCode::exclusive_holder);
    }
    CHECK(read_all(states.target) == former);
    CHECK_FALSE(states.has_journal());
}

}  // namespace muster
