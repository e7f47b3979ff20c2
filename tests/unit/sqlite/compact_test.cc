#include "engine/sqlite/compact.h"

#include <catch2/catch.hpp>

#include "tests/support/database_files.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test_host.h"

namespace muster {

using namespace test;

namespace {

struct Wasteful {
    TempFolder folder;
    TestHost test;
    fs::path path = folder / "app.db";

    explicit Wasteful(const std::string& pragmas = "") {
        make_database(path,
                      pragmas +
                          "CREATE TABLE t(a); INSERT INTO t SELECT hex(zeroblob(900)) FROM "
                          "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                          "WHERE i < 400) SELECT i FROM n); DELETE FROM t WHERE rowid < 390;");
    }
    Result<Compacted> compact(const CompactOptions& options = {}) const {
        return compact_database(path, options, test.host);
    }
};

}  // namespace

TEST_CASE("free pages are given back, and rows keep their numbers", "[sqlite][compact][VV-10]") {
    const std::string pragmas = GENERATE("", "PRAGMA journal_mode = WAL;");
    const Wasteful scene{pragmas};
    App user{scene.path};
    const auto rows = user.value("SELECT group_concat(rowid) FROM t");
    const auto done = scene.compact();
    REQUIRE(done);
    CHECK(done->bytes_after.count < done->bytes_before.count / 4);
    CHECK(done->free_pages_before > 0);
    CHECK(user.value("SELECT group_concat(rowid) FROM t") == rows);
    CHECK(user.value("PRAGMA freelist_count") == "0");
    CHECK(user.value("PRAGMA integrity_check") == "ok");
}

TEST_CASE("what is not to be compacted stays as it is", "[sqlite][compact]") {
    const Wasteful scene;
    const auto before = read_all(scene.path);
    CompactOptions options;
    options.wait = std::chrono::milliseconds{50};
    SECTION("for what was found in the copy") {
        options.examine = [](const fs::path&) -> Result<> {
            return fail(ErrorCode::damaged, "bad", "");
        };
        CHECK(scene.compact(options).error().message == "bad");
    }
    SECTION("for somebody who reads all the time") {
        Child reader{[&](const Child::Ready& ready) {
            App app{scene.path};
            app.run("BEGIN");
            app.value("SELECT count(*) FROM t");
            ready();
            stay();
        }};
        CHECK(scene.compact(options).error().code == ErrorCode::exclusive_holder);
    }
    CHECK(read_all(scene.path) == before);
}

TEST_CASE("who commits meanwhile loses nothing: it is done again, a few times",
          "[sqlite][compact]") {
    const Wasteful scene;
    int tries = 0;
    const int commits = GENERATE(1, 9);
    CompactOptions options;
    options.examine = [&](const fs::path&) -> Result<> {
        if (tries++ < commits) App{scene.path}.run("INSERT INTO t VALUES ('meanwhile')");
        return {};
    };
    const auto done = scene.compact(options);
    CHECK(App{scene.path}.value("SELECT count(*) FROM t WHERE a = 'meanwhile'") ==
          std::to_string(std::min(tries, commits)));
    if (commits == 1) {
        CHECK(done);
        CHECK(tries == 2);
    } else {
        REQUIRE_FALSE(done);
        CHECK(done.error().code == ErrorCode::exclusive_holder);
        CHECK(done.error().message.find("went on committing") != std::string::npos);
    }
}

}  // namespace muster
