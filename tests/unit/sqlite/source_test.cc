#include "engine/sqlite/source.h"

#include <unistd.h>

#include <catch2/catch.hpp>

#include "engine/base/file.h"
#include "tests/support/child.h"
#include "tests/support/database_files.h"
#include "tests/support/temp_folder.h"

namespace muster {
namespace {

using namespace test;

constexpr auto rows_200 =
    "CREATE TABLE t(a INTEGER, b BLOB); WITH RECURSIVE i(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM i WHERE x < 200) "
    "INSERT INTO t SELECT x, randomblob(300) FROM i;";

/// A folder of its own for the database, and one for private copies beside it.
struct SourcePlace {
    TempFolder folder;
    fs::path data = folder / "data";
    fs::path scratch = folder / "scratch";
    fs::path db = data / "app ?#%41.db";
    SourcePlace() { fs::create_directories(data); }
    SourceOptions options(Duration wait = std::chrono::milliseconds{300}) const {
        return {scratch, wait};
    }
    bool scratch_is_empty() const { return !fs::exists(scratch) || fs::is_empty(scratch); }
};

struct Seen {
    std::string rows;
    std::string sum;
    SourceFacts facts;
    bool valid = false;
};

Seen look(const SourcePlace& place) {
    auto source = Source::open(place.db, place.options());
    if (!source) FAIL(source.error().text());
    auto& connection = source->connection();
    Seen seen;
    seen.rows = connection.query_value("SELECT count(*) FROM t")->value_or("NULL");
    seen.sum = connection.query_value("SELECT sum(a) FROM t")->value_or("NULL");
    CHECK(*connection.query_value("PRAGMA integrity_check") == "ok");
    seen.facts = source->facts();
    seen.valid = *source->still_valid();
    return seen;
}

ErrorCode refusal(const fs::path& path, const SourceOptions& options) {
    const auto source = Source::open(path, options);
    REQUIRE_FALSE(source);
    INFO(source.error().text());
    CHECK(source.error().message.find(path.filename().string()) != std::string::npos);
    return source.error().code;
}

}  // namespace

TEST_CASE("a clean rollback-mode database is read and stays as it is",
          "[sqlite][source][VV-01][AZ-01]") {
    SourcePlace place;
    make_database(place.db, rows_200);
    const auto before = state_of(place.data);
    const auto seen = look(place);
    CHECK(seen.rows == "200");
    CHECK(seen.valid);
    CHECK(seen.facts.journal_mode == JournalMode::rollback);
    CHECK(seen.facts.recovered_from == RecoveredFrom::none);
    CHECK(seen.facts.page_size == 4096);
    CHECK(seen.facts.bytes.count == fs::file_size(place.db));
    CHECK(seen.facts.page_count * 4096 == static_cast<std::int64_t>(seen.facts.bytes.count));
    CHECK(state_of(place.data) == before);
}

TEST_CASE("a clean file with a WAL header gets no sidecars", "[sqlite][source][VV-01][AZ-01]") {
    SourcePlace place;
    make_database(place.db, std::string{"PRAGMA journal_mode = WAL;"} + rows_200);
    const auto before = state_of(place.data);
    REQUIRE(before.size() == 1);
    const auto seen = look(place);
    CHECK(seen.rows == "200");
    CHECK(seen.valid);
    CHECK(seen.facts.journal_mode == JournalMode::wal);
    CHECK(state_of(place.data) == before);
}

TEST_CASE("an empty -wal or a stale -shm beside a database stays as it is", "[sqlite][source]") {
    SourcePlace place;
    const bool wal_header = GENERATE(true, false);
    const std::string sidecar = GENERATE("-wal", "-shm");
    make_database(
        place.db,
        (wal_header ? std::string{"PRAGMA journal_mode = WAL;"} : std::string{}) + rows_200);
    write_all(place.db.string() + sidecar,
              sidecar == "-wal" ? std::string{} : std::string(32768, '\0'));
    const auto before = state_of(place.data);
    const auto seen = look(place);
    CHECK(seen.rows == "200");
    CHECK(seen.valid);
    CHECK(state_of(place.data) == before);
}

TEST_CASE("a crashed WAL with its -shm is read with the WAL and stays as it is",
          "[sqlite][source][VV-01]") {
    SourcePlace place;
    crash_after(place.db,
                std::string{"PRAGMA journal_mode = WAL;"} + rows_200 + "BEGIN; DELETE FROM t;");
    const std::string shm = GENERATE("as left", "empty", "garbage");
    if (shm == "empty") write_all(place.db.string() + "-shm", "");
    if (shm == "garbage") write_all(place.db.string() + "-shm", std::string(32768, '\x5a'));
    const auto before = state_of(place.data);
    REQUIRE(before.size() == 3);
    const auto seen = look(place);
    CHECK(seen.rows == "200");
    CHECK(seen.facts.wal_bytes.count > 0);
    CHECK(seen.facts.recovered_from == RecoveredFrom::none);
    CHECK(state_of(place.data) == before);
}

TEST_CASE("a crashed WAL without -shm is recovered in a private copy", "[sqlite][source][VV-01]") {
    SourcePlace place;
    crash_after(place.db, std::string{"PRAGMA journal_mode = WAL;"} + rows_200 +
                              "INSERT INTO t VALUES(1000, NULL)");
    fs::remove(place.db.string() + "-shm");
    const auto before = state_of(place.data);
    const auto seen = look(place);
    CHECK(seen.rows == "201");
    CHECK(seen.facts.recovered_from == RecoveredFrom::orphan_wal);
    CHECK(seen.facts.journal_mode == JournalMode::wal);
    CHECK(state_of(place.data) == before);
    CHECK(place.scratch_is_empty());
}

TEST_CASE("a WAL is used whatever the header says", "[sqlite][source]") {
    SourcePlace place;
    crash_after(place.db, std::string{"PRAGMA journal_mode = WAL;"} + rows_200);
    poke(place.db, 18, std::string{"\1\1", 2});
    if (GENERATE(true, false)) fs::remove(place.db.string() + "-shm");
    const auto before = state_of(place.data);
    CHECK(look(place).rows == "200");
    CHECK(state_of(place.data) == before);
}

TEST_CASE("a hot journal is rolled back in a private copy only", "[sqlite][source][VV-01]") {
    SourcePlace place;
    const std::string mode = GENERATE("DELETE", "TRUNCATE", "PERSIST");
    make_database(place.db, rows_200);
    crash_after(place.db, "PRAGMA journal_mode = " + mode + ";" + half_a_commit("t"));
    REQUIRE(fs::file_size(place.db.string() + "-journal") > 4096);
    const auto before = state_of(place.data);
    const auto seen = look(place);
    CHECK(seen.rows == "200");
    CHECK(seen.sum == "20100");
    CHECK(seen.facts.recovered_from == RecoveredFrom::hot_journal);
    CHECK(seen.facts.journal_mode == JournalMode::rollback);
    CHECK(state_of(place.data) == before);
    CHECK(place.scratch_is_empty());
}

TEST_CASE("a hot journal and a WAL at once are both recovered", "[sqlite][source]") {
    SourcePlace place;
    make_database(place.db, rows_200);
    crash_after(place.db, half_a_commit("t"));
    const std::string journal = read_all(place.db.string() + "-journal");
    REQUIRE_FALSE(journal.empty());
    write_all(place.db.string() + "-wal", "");
    const auto before = state_of(place.data);
    CHECK(look(place).sum == "20100");
    CHECK(state_of(place.data) == before);
}

TEST_CASE("journals that are not hot are left alone", "[sqlite][source]") {
    SourcePlace place;
    make_database(place.db, std::string{"PRAGMA journal_mode = PERSIST;"} + rows_200);
    REQUIRE(fs::exists(place.db.string() + "-journal"));
    if (GENERATE(true, false)) write_all(place.db.string() + "-journal", "");
    const auto before = state_of(place.data);
    const auto seen = look(place);
    CHECK(seen.rows == "200");
    CHECK(seen.facts.recovered_from == RecoveredFrom::none);
    CHECK(state_of(place.data) == before);
}

TEST_CASE("the super-journal of a commit over two databases decides and is not removed",
          "[sqlite][source]") {
    SourcePlace place;
    make_database(place.db, rows_200);
    make_database(place.data / "other.db", rows_200);
    const fs::path super = crash_in_commit_over_two(place.db, place.data / "other.db");

    SECTION("while it is there the commit is rolled back") {
        const auto before = state_of(place.data);
        const auto seen = look(place);
        CHECK(seen.sum == "20100");
        CHECK(seen.facts.recovered_from == RecoveredFrom::hot_journal);
        CHECK(state_of(place.data) == before);
    }
    SECTION("when it is gone the commit counts") {
        fs::remove(super);
        const auto before = state_of(place.data);
        CHECK(look(place).sum == "-200");
        CHECK(state_of(place.data) == before);
    }
}

TEST_CASE("an idle process that holds a WAL database is not disturbed", "[sqlite][source][VV-01]") {
    SourcePlace place;
    make_database(place.db, rows_200);
    Child holder{[&](const Child::Ready& ready) {
        App app{place.db};
        app.run("PRAGMA journal_mode = WAL; INSERT INTO t VALUES(1000, NULL)");
        ready();
        stay();
    }};
    const auto before = state_of_live(place.data);
    const auto seen = look(place);
    CHECK(seen.rows == "201");
    CHECK(seen.facts.wal_bytes.count > 0);
    CHECK(state_of_live(place.data) == before);
}

TEST_CASE("a journal beside a living writer is not taken for a hot one", "[sqlite][source]") {
    SourcePlace place;
    make_database(place.db, rows_200);
    Child writer{[&](const Child::Ready& ready) {
        App app{place.db};
        app.run(
            "BEGIN IMMEDIATE; UPDATE t SET a = 0 WHERE a = 1; INSERT INTO t VALUES(1000, NULL)");
        ready();
        stay();
    }};
    REQUIRE(fs::exists(place.db.string() + "-journal"));
    const auto before = state_of(place.data);
    const auto seen = look(place);
    CHECK(seen.rows == "200");
    CHECK(seen.facts.recovered_from == RecoveredFrom::none);
    CHECK(state_of(place.data) == before);
}

TEST_CASE("an exclusive holder is waited for, then named", "[sqlite][source]") {
    SourcePlace place;
    make_database(place.db, rows_200);
    const std::string mode = GENERATE("DELETE", "WAL");
    Child holder{[&](const Child::Ready& ready) {
        App app{place.db};
        app.run("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = " + mode +
                "; BEGIN EXCLUSIVE; INSERT INTO t VALUES(1,1); COMMIT");
        ready();
        stay();
    }};
    const auto before = state_of(place.data);
    const auto source = Source::open(place.db, place.options());
    REQUIRE_FALSE(source);
    CHECK(source.error().code == ErrorCode::exclusive_holder);
    CHECK(source.error().message.find("pid " + std::to_string(holder.pid())) != std::string::npos);
    CHECK(state_of(place.data) == before);
    holder.kill();
    CHECK(look(place).rows == "201");
}

TEST_CASE("a WAL writer that begins beside a blind view makes it invalid", "[sqlite][source]") {
    SourcePlace place;
    make_database(place.db, std::string{"PRAGMA journal_mode = WAL;"} + rows_200);
    auto source = Source::open(place.db, place.options());
    REQUIRE(source);
    CHECK(*source->still_valid());
    Child writer{[&](const Child::Ready& ready) {
        App app{place.db};
        app.run("INSERT INTO t VALUES(1000, NULL); PRAGMA wal_checkpoint(TRUNCATE)");
        ready();
    }};
    CHECK(writer.wait() == 0);
    CHECK_FALSE(*source->still_valid());
}

TEST_CASE("a pinned view keeps its lock when the process closes the file elsewhere",
          "[sqlite][source]") {
    SourcePlace place;
    make_database(place.db, rows_200);
    auto source = Source::open(place.db, place.options());
    REQUIRE(source);
    REQUIRE(read_all(place.db).size() > 4096);
    Child writer{[&](const Child::Ready& ready) {
        App app{place.db};
        sqlite3_busy_timeout(app.handle(), 50);
        ready();
        try {
            app.run("UPDATE t SET a = -1");
        } catch (const std::exception&) {
            ::_exit(17);
        }
    }};
    CHECK(writer.wait() == 17);
    CHECK(*source->connection().query_value("SELECT sum(a) FROM t") == "20100");
}

TEST_CASE("release lets writers in and pin sees what they wrote", "[sqlite][source]") {
    SourcePlace place;
    make_database(place.db, rows_200);
    auto source = Source::open(place.db, place.options());
    REQUIRE(source);
    REQUIRE(source->blocks_writers());
    CHECK(source->pause().count() > 0);
    REQUIRE(source->release());
    Child writer{[&](const Child::Ready& ready) {
        App app{place.db};
        app.run("INSERT INTO t VALUES(1000, NULL)");
        ready();
        stay();
    }};
    REQUIRE(*source->pin() == Source::Pin::pinned);
    CHECK(*source->connection().query_value("SELECT count(*) FROM t") == "201");
    REQUIRE(source->release());
    writer.kill();
    crash_after(place.db, half_a_commit("t"));
    CHECK(*source->pin() == Source::Pin::changed);
}

TEST_CASE("a database that is emptied while it yields is no snapshot", "[sqlite][source][VV-01]") {
    SourcePlace place;
    make_database(place.db, rows_200);
    auto source = Source::open(place.db, place.options());
    REQUIRE(source);
    REQUIRE(source->release());
    fs::resize_file(place.db, 0);
    CHECK(*source->pin() == Source::Pin::changed);
}

TEST_CASE("what is no readable database is refused by name and reason", "[sqlite][source]") {
    SourcePlace place;
    CHECK(refusal(place.data / "absent.db", place.options()) == ErrorCode::not_found);
    CHECK(refusal(place.data, place.options()) == ErrorCode::not_a_file);
    write_all(place.data / "empty.db", "");
    CHECK(refusal(place.data / "empty.db", place.options()) == ErrorCode::not_a_database);
    write_all(place.data / "text.db", std::string(5000, 'x'));
    CHECK(refusal(place.data / "text.db", place.options()) == ErrorCode::not_a_database);
    make_database(place.db, rows_200);
    fs::resize_file(place.db, fs::file_size(place.db) - 1);
    CHECK(refusal(place.db, place.options()) == ErrorCode::damaged);
}

TEST_CASE("a file with several names is refused, a link to it is followed", "[sqlite][source]") {
    SourcePlace place;
    make_database(place.db, rows_200);
    fs::create_symlink(place.db, place.data / "link.db");
    const auto source = Source::open(place.data / "link.db", place.options());
    REQUIRE(source);
    CHECK(source->facts().path == fs::canonical(place.db));
    fs::create_hard_link(place.db, place.data / "second.db");
    CHECK(refusal(place.db, place.options()) == ErrorCode::hard_links);
}

TEST_CASE("a WAL database held through another name is refused", "[sqlite][source]") {
    // A bind mount has one link only; here the second name is gone again after it was opened.
    SourcePlace place;
    make_database(place.db, std::string{"PRAGMA journal_mode = WAL;"} + rows_200);
    const auto other = place.folder / "elsewhere.db";
    fs::create_hard_link(place.db, other);
    Child holder{[&](const Child::Ready& ready) {
        App app{other};
        app.run("INSERT INTO t VALUES(1000, NULL)");
        ready();
        stay();
    }};
    fs::remove(other);
    CHECK(refusal(place.db, place.options()) == ErrorCode::hard_links);
}

TEST_CASE("a file the user may not read is refused", "[sqlite][source]") {
    SourcePlace place;
    make_database(place.db, rows_200);
    fs::permissions(place.db, fs::perms::none);
    fs::permissions(place.folder.path(), fs::perms::all);
    fs::permissions(place.data, fs::perms::all);
    Child other{[&](const Child::Ready& ready) {
        ready();
        if (::geteuid() == 0 && ::setuid(65534) != 0) ::_exit(1);
        const auto source = Source::open(place.db, {});
        ::_exit(!source && source.error().code == ErrorCode::permission_denied ? 0 : 2);
    }};
    CHECK(other.wait() == 0);
}

}  // namespace muster
