#include "engine/sqlite/copy.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include <algorithm>
#include <thread>

#include "engine/sqlite/census.h"
#include "engine/sqlite/integrity.h"
#include "tests/support/child.h"
#include "tests/support/copy_scene.h"
#include "tests/support/database_files.h"
#include "tests/support/temp_folder.h"

namespace muster {
namespace {

using namespace test;
using std::chrono::milliseconds;

void check_sum_copy(const CopyScene& place) {
    const auto findings = verify_database(place.copy, {Depth::full, place.options.scratch}, "copy");
    REQUIRE(findings);
    for (const auto& finding : *findings) {
        INFO(finding.code << ": " << finding.actual);
        CHECK(finding.verdict == Verdict::good);
    }
    auto connection = Connection::open(place.copy, OpenMode::immutable);
    REQUIRE(connection);
    CHECK(*connection->query_value(
              "SELECT (SELECT sum(n) FROM a) + (SELECT sum(n) FROM b) + (SELECT sum(n) FROM c)") ==
          "0");
    CHECK(*connection->query_value("SELECT sum(n) > 0 FROM a") == "1");
    CHECK(place.files_out() == 1);
}

void snapshots_under_writers(const std::string& mode, int count, std::optional<Duration> pause) {
    CopyScene place;
    place.options.max_writer_pause = pause;
    make_sum_database(place.db, mode, 2000);
    Child one{[&](const Child::Ready& ready) { keep_sum_writer(place.db, ready); }};
    Child two{[&](const Child::Ready& ready) { keep_sum_writer(place.db, ready); }};
    for (int i = 0; i < count; ++i) {
        const auto facts = copy_database(place.db, place.copy, place.options);
        if (!facts) FAIL(facts.error().text());
        CHECK(facts->source.journal_mode ==
              (mode == "WAL" ? JournalMode::wal : JournalMode::rollback));
        check_sum_copy(place);
        fs::remove(place.copy);
    }
}

/// Opens, writes and closes again: WAL and -shm come and go, and each close folds the WAL.
void come_and_go(const fs::path& path, const Child::Ready& ready) {
    for (bool first = true;; first = false) {
        App app{path};
        app.run(
            "PRAGMA synchronous = OFF; BEGIN IMMEDIATE; UPDATE a SET n = n + 7, pad = randomblob(150); UPDATE b SET n = n - 7, pad = randomblob(150); COMMIT");
        if (first) ready();
    }
}

}  // namespace

TEST_CASE("a copy is private, whole, and alone in its folder", "[sqlite][copy][VV-01][AZ-01]") {
    CopyScene place;
    make_sum_database(place.db, GENERATE("DELETE", "WAL"), 100);
    make_database(place.db, "UPDATE a SET n = 1; UPDATE b SET n = -1");
    const auto before = state_of(place.data);
    const auto facts = copy_database(place.db, place.copy, place.options);
    REQUIRE(facts);
    check_sum_copy(place);
    CHECK(state_of(place.data) == before);
    CHECK(facts->bytes.count == fs::file_size(place.copy));
    CHECK(facts->source.page_count * facts->source.page_size ==
          static_cast<std::int64_t>(facts->bytes.count));
    struct stat status {};
    REQUIRE(::stat(place.copy.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777U) == 0600);
    if (facts->source.journal_mode == JournalMode::wal)
        CHECK(facts->longest_pause.count() == 0);
    else
        CHECK(facts->longest_pause.count() > 0);
}

TEST_CASE("copies under writers in WAL mode hold the invariant", "[sqlite][copy][VV-01][AZ-01]") {
    snapshots_under_writers("WAL", 20, {});
}
TEST_CASE("copies under writers in DELETE mode hold the invariant",
          "[sqlite][copy][VV-01][AZ-01]") {
    snapshots_under_writers("DELETE", 20, {});
}
TEST_CASE("200 copies under writers in each mode hold the invariant",
          "[soak][sqlite][copy][VV-01]") {
    snapshots_under_writers(GENERATE("WAL", "DELETE"), 200, {});
}
TEST_CASE("copies beside processes that open and close a WAL database hold the invariant",
          "[sqlite][copy][VV-01]") {
    CopyScene place;
    make_sum_database(place.db, "WAL", 1000);
    Child writer{[&](const Child::Ready& ready) { come_and_go(place.db, ready); }};
    for (int i = 0; i < 20; ++i) {
        const auto facts = copy_database(place.db, place.copy, place.options);
        if (!facts) FAIL(facts.error().text());
        check_sum_copy(place);
        fs::remove(place.copy);
    }
}
TEST_CASE("200 copies beside processes that open and close a WAL database",
          "[soak][sqlite][copy][VV-01]") {
    CopyScene place;
    make_sum_database(place.db, "WAL", 2000);
    Child writer{[&](const Child::Ready& ready) { come_and_go(place.db, ready); }};
    for (int i = 0; i < 200; ++i) {
        const auto facts = copy_database(place.db, place.copy, place.options);
        if (!facts) FAIL(facts.error().text());
        check_sum_copy(place);
        fs::remove(place.copy);
    }
}

TEST_CASE("crashed writers: the copy holds every commit and nothing else",
          "[sqlite][copy][VV-01]") {
    CopyScene place;
    make_sum_database(place.db, "DELETE", 500);
    make_database(place.db, "UPDATE a SET n = 1; UPDATE b SET n = -1");
    const bool wal = GENERATE(true, false);
    if (wal)
        crash_after(
            place.db,
            "PRAGMA journal_mode = WAL; UPDATE a SET n = 2; UPDATE b SET n = -2; BEGIN; UPDATE c SET n = 5");
    else
        crash_after(place.db,
                    "PRAGMA cache_size = 5; BEGIN; UPDATE a SET n = 9, pad = randomblob(150)");
    if (wal && GENERATE(true, false)) fs::remove(place.db.string() + "-shm");
    const auto before = state_of(place.data);
    const auto facts = copy_database(place.db, place.copy, place.options);
    REQUIRE(facts);
    check_sum_copy(place);
    CHECK(App{place.copy}.value("SELECT sum(n) FROM a") == (wal ? "1000" : "500"));
    CHECK(state_of(place.data) == before);
    CHECK((!fs::exists(place.options.scratch) || fs::is_empty(place.options.scratch)));
}

TEST_CASE("where no log holds pages, the copy is the file, byte for byte", "[sqlite][copy]") {
    CopyScene place;
    const bool wal = GENERATE(false, true);
    make_sum_database(place.db, wal ? "WAL" : "DELETE", 5000);
    REQUIRE_FALSE(fs::exists(place.db.string() + "-wal"));
    const auto database = read_all(place.db);
    // SQLite counts by its header what belongs to the database.
    if (!wal) write_all(place.db, database + std::string(8192, 'x'));
    REQUIRE(copy_database(place.db, place.copy, place.options));
    CHECK((read_all(place.copy) == database));
}

TEST_CASE("nothing is overwritten, and a failed copy leaves nothing", "[sqlite][copy][VV-02]") {
    CopyScene place;
    make_sum_database(place.db, "DELETE", 100);
    SECTION("destination exists") {
        write_all(place.copy, "precious");
        const auto facts = copy_database(place.db, place.copy, place.options);
        REQUIRE_FALSE(facts);
        CHECK(facts.error().code == ErrorCode::target_exists);
        CHECK(read_all(place.copy) == "precious");
    }
    SECTION("onto itself") {
        const auto before = read_all(place.db);
        CHECK_FALSE(copy_database(place.db, place.db, place.options));
        CHECK(read_all(place.db) == before);
    }
    SECTION("interrupted") {
        place.options.progress = [](std::uint64_t, std::uint64_t) -> Result<> {
            return fail(ErrorCode::interrupted, "stopped");
        };
        const auto facts = copy_database(place.db, place.copy, place.options);
        REQUIRE_FALSE(facts);
        CHECK(facts.error().code == ErrorCode::interrupted);
        CHECK(place.files_out() == 0);
    }
    SECTION("damaged in the middle") {
        fs::resize_file(place.db, fs::file_size(place.db) / 2);
        const auto facts = copy_database(place.db, place.copy, place.options);
        REQUIRE_FALSE(facts);
        CHECK(facts.error().code == ErrorCode::damaged);
        CHECK(place.files_out() == 0);
    }
    SECTION("disk full") {
        const rlimit small{64 * 1024, RLIM_INFINITY};
        rlimit former{};
        ::getrlimit(RLIMIT_FSIZE, &former);
        Child limited{[&](const Child::Ready& ready) {
            ::signal(SIGXFSZ, SIG_IGN);
            ::setrlimit(RLIMIT_FSIZE, &small);
            ready();
            const auto facts = copy_database(place.db, place.copy, place.options);
            ::_exit(!facts && facts.error().message.find("copy.db") != std::string::npos ? 0 : 1);
        }};
        CHECK(limited.wait() == 0);
        CHECK(place.files_out() == 0);
    }
}

TEST_CASE("progress is told up to the end and the snapshot does not move meanwhile",
          "[sqlite][copy]") {
    CopyScene place;
    make_sum_database(place.db, "DELETE", 20000);
    std::uint64_t calls = 0;
    std::uint64_t last = 0;
    std::uint64_t total = 0;
    place.options.progress = [&](std::uint64_t done, std::uint64_t all) -> Result<> {
        CHECK(done >= last);
        last = done;
        total = all;
        ++calls;
        return {};
    };
    REQUIRE(copy_database(place.db, place.copy, place.options));
    CHECK(calls > 1);
    CHECK(last == total);
}

TEST_CASE("a yielding copy keeps each pause short and is consistent", "[sqlite][copy]") {
    CopyScene place;
    make_sum_database(place.db, "DELETE", 40000);
    place.options.max_writer_pause = milliseconds{60};
    REQUIRE(estimated_pause({fs::file_size(place.db)}) > *place.options.max_writer_pause);
    Child writer{[&](const Child::Ready& ready) {
        App app{place.db};
        ready();
        for (;;) {
            app.run("BEGIN IMMEDIATE; UPDATE a SET n = n + 1; UPDATE b SET n = n - 1; COMMIT");
            ::usleep(1500000);
        }
    }};
    const auto facts = copy_database(place.db, place.copy, place.options);
    if (!facts) FAIL(facts.error().text());
    INFO("longest pause " << facts->longest_pause.count() << " ms, elapsed "
                          << facts->elapsed.count() << " ms");
    CHECK(facts->longest_pause <= milliseconds{60});
    CHECK(facts->elapsed > milliseconds{60});
    auto connection = Connection::open(place.copy, OpenMode::immutable);
    CHECK(*connection->query_value("SELECT (SELECT sum(n) FROM a) + (SELECT sum(n) FROM b)") ==
          "0");
    CHECK(take_census(place.copy)->sound());
}

TEST_CASE("a yielding copy begins anew when a writer came between its steps", "[sqlite][copy]") {
    CopyScene place;
    make_sum_database(place.db, "DELETE", 20000);
    place.options.max_writer_pause = milliseconds{10};
    Child writer{[&](const Child::Ready& ready) {
        App app{place.db};
        app.run("PRAGMA synchronous = OFF");
        ready();
        for (;;) {
            app.run(
                "BEGIN IMMEDIATE; UPDATE a SET n = n + 1 WHERE id % 100 = 0; UPDATE b SET n = n - 1 WHERE id % 100 = 0; COMMIT");
            ::usleep(60000);
        }
    }};
    std::uint64_t last = 0;
    int restarts = 0;
    place.options.progress = [&](std::uint64_t done, std::uint64_t) -> Result<> {
        if (done < last) ++restarts;
        last = done;
        return {};
    };
    for (int i = 0; restarts == 0 && i < 100; ++i) {
        last = 0;
        const auto facts = copy_database(place.db, place.copy, place.options);
        if (!facts) FAIL(facts.error().text());
        auto copy = Connection::open(place.copy, OpenMode::immutable);
        REQUIRE(copy);
        CHECK(*copy->query_value("SELECT (SELECT sum(n) FROM a) + (SELECT sum(n) FROM b)") == "0");
        CHECK(take_census(place.copy)->sound());
        fs::remove(place.copy);
    }
    CHECK(restarts > 0);
}

TEST_CASE("a copy that proves slower than estimated lets writers in and goes on",
          "[sqlite][copy]") {
    CopyScene place;
    make_sum_database(place.db, "DELETE", 20000);
    place.options.max_writer_pause = milliseconds{400};
    REQUIRE(estimated_pause({fs::file_size(place.db)}) < *place.options.max_writer_pause);
    std::uint64_t last = 0;
    int restarts = 0;
    place.options.progress = [&](std::uint64_t done, std::uint64_t) -> Result<> {
        if (restarts == 0) std::this_thread::sleep_for(milliseconds{310});
        if (done < last) ++restarts;
        last = done;
        return {};
    };
    int given_up = 0;
    place.options.follower = {[](Bytes, Bytes) -> Result<> { return {}; }, [&] { ++given_up; }};
    const auto facts = copy_database(place.db, place.copy, place.options);
    if (!facts) FAIL(facts.error().text());
    CHECK(restarts == 1);
    CHECK(given_up == 1);
    CHECK(take_census(place.copy)->sound());
}

TEST_CASE("a yielding copy that never fits gives up and names the remedy", "[sqlite][copy]") {
    CopyScene place;
    make_sum_database(place.db, "DELETE", 40000);
    place.options.max_writer_pause = milliseconds{4};
    place.options.yield_for = milliseconds{700};
    Child writer{[&](const Child::Ready& ready) { keep_sum_writer(place.db, ready); }};
    const auto facts = copy_database(place.db, place.copy, place.options);
    REQUIRE_FALSE(facts);
    CHECK(facts.error().code == ErrorCode::writer_pause);
    CHECK(facts.error().hint.find("max_writer_pause") != std::string::npos);
    CHECK(place.files_out() == 0);
}

TEST_CASE("memory stays flat for 300 MB", "[soak][sqlite][copy]") {
    CopyScene place;
    make_database(
        place.db,
        "PRAGMA journal_mode = " + std::string{GENERATE("DELETE", "WAL")} +
            "; CREATE TABLE t(b); WITH RECURSIVE i(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM i WHERE x < 300) "
            "INSERT INTO t SELECT randomblob(1000000) FROM i");
    Child measured{[&](const Child::Ready& ready) {
        ready();
        rusage before{};
        rusage after{};
        ::getrusage(RUSAGE_SELF, &before);
        const auto facts = copy_database(place.db, place.copy, place.options);
        const auto findings =
            verify_database(place.copy, {Depth::full, place.options.scratch}, "copy");
        ::getrusage(RUSAGE_SELF, &after);
        const auto grown = (after.ru_maxrss - before.ru_maxrss) / 1024;
        ::_exit(facts && findings ? static_cast<int>(std::min<long>(grown, 200)) : 255);
    }};
    const int grown = measured.wait();
    WARN("grew by " << grown << " MiB");
#ifndef __SANITIZE_ADDRESS__
    CHECK(grown < 32);
#endif
}

}  // namespace muster
