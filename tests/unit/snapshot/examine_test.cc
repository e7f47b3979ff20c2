#include "engine/snapshot/examine.h"

#include <catch2/catch.hpp>

#include <chrono>

#include "engine/snapshot/inspect.h"
#include "engine/sqlite/check.h"
#include "tests/support/backups.h"
#include "tests/support/checks.h"
#include "tests/support/temp_folder.h"

namespace muster {

using namespace test;

namespace {

/// Its index says other than its table, which only a whole integrity check sees.
void damage_an_index(const fs::path& database) {
    make_database(database,
                  "CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT); CREATE INDEX t_b ON t(b);"
                  "INSERT INTO t(b) VALUES ('kettle'), ('teapot')");
    auto bytes = read_all(database);
    bytes.replace(bytes.rfind("kettle"), 6, "kettlf");
    write_all(database, bytes);
}

struct ExaminedScene {
    TempFolder folder;
    TestHost test;
    fs::path database = folder / "shop.db";
    SnapshotStep step = step_for(database, folder / "out/shop");

    ExaminedScene() { test.host.scratch = folder / "scratch"; }
    Taken take(std::optional<Questions> questions) const {
        auto taken = take_snapshot(step, test.host, std::move(questions));
        if (!taken) FAIL(taken.error().text());
        return *std::move(taken);
    }
    Inspection look(const Taken& taken, const Examination* examined,
                    Depth depth = Depth::full) const {
        InspectOptions options;
        options.depth = depth;
        options.examined = examined;
        const auto seen = inspect_backup(taken.snapshot.path, options, test.host);
        if (!seen) FAIL(seen.error().text());
        return *seen;
    }
};

}  // namespace

TEST_CASE("what is examined on its way counts as what is examined where it lies",
          "[snapshot][examine]") {
    const auto compression = GENERATE(Compression::none, Compression::gzip, Compression::zstd);
    const bool damaged = GENERATE(false, true);
    CAPTURE(name_of(compression), damaged);
    ExaminedScene scene;
    damaged ? damage_an_index(scene.database) : make_shop(scene.database);
    scene.step.compress = compression;
    const auto taken = scene.take(Questions{Depth::full, {}});
    REQUIRE(taken.examination);
    const auto known = scene.look(taken, &*taken.examination);
    CHECK(known == scene.look(taken, nullptr));
    CHECK(known.restorable == !damaged);
    CHECK((!fs::exists(scene.folder / "scratch") || fs::is_empty(scene.folder / "scratch")));
}

TEST_CASE("nothing is examined where nobody asks", "[snapshot][examine]") {
    ExaminedScene scene;
    make_shop(scene.database);
    CHECK_FALSE(scene.take(std::nullopt).examination);
}

TEST_CASE("an examination speaks for its bytes and its questions only", "[snapshot][examine]") {
    ExaminedScene scene;
    damage_an_index(scene.database);
    scene.step.compress = Compression::zstd;
    auto taken = scene.take(Questions{Depth::full, {}});
    auto& examination = *taken.examination;
    // As if it had found all well: whoever believes it sees no damage.
    for (auto& finding : examination.findings) finding.verdict = Verdict::good;
    REQUIRE(scene.look(taken, &examination).restorable);
    SECTION("other bytes") {
        examination.content.bytes[0] ^= 1U;
    }
    SECTION("another depth") {
        examination.questions.depth = Depth::deep;
    }
    SECTION("other checks") {
        examination.questions.checks.push_back(check_of("rows", "SELECT count(*) FROM t", "2"));
    }
    CHECK_FALSE(scene.look(taken, &examination).restorable);
}

TEST_CASE("a log beside the artifact is seen, whatever is known of its bytes",
          "[snapshot][examine]") {
    ExaminedScene scene;
    make_shop(scene.database);
    const auto taken = scene.take(Questions{Depth::full, {}});
    write_all(taken.snapshot.path + "-wal", "commits of another time");
    const auto seen = scene.look(taken, &*taken.examination);
    CHECK(verdict_of(seen.findings, "readable") == Verdict::unchecked);
}

TEST_CASE("the policy's questions are asked on the way too", "[snapshot][examine]") {
    ExaminedScene scene;
    make_shop(scene.database);
    scene.step.compress = Compression::gzip;
    const auto taken = scene.take(
        Questions{Depth::full, {check_of("many", "SELECT count(*) FROM orders", ">= 1000")}});
    CHECK(verdict_of(taken.examination->findings, "check") == Verdict::bad);
}

TEST_CASE("what would replace a snapshot is examined, asked or not", "[snapshot][examine][VV-02]") {
    ExaminedScene scene;
    make_shop(scene.database);
    const auto former = scene.take(std::nullopt);
    fs::remove(scene.database);
    damage_an_index(scene.database);
    scene.step.place.replace = true;
    const bool asked = GENERATE(false, true);
    const auto refused =
        take_snapshot(scene.step, scene.test.host,
                      asked ? std::optional{Questions{Depth::quick, {}}} : std::nullopt);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::damaged);
    CHECK(scene.look(former, nullptr).restorable);
}

TEST_CASE("a run that ought to stop does not wait for a slow check", "[snapshot][examine]") {
    ExaminedScene scene;
    make_shop(scene.database);
    scene.test.host.keep_going = [] {
        return Result<>{fail(ErrorCode::interrupted, "stopped by hand")};
    };
    CheckSpec slow;
    slow.sql =
        "WITH RECURSIVE i(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM i) SELECT count(*) FROM i";
    const auto began = std::chrono::steady_clock::now();
    const auto stopped =
        examine_database(scene.database, {Depth::full, {slow}}, "shop", scene.test.host);
    REQUIRE_FALSE(stopped);
    CHECK(stopped.error().message == "stopped by hand");
    CHECK(std::chrono::steady_clock::now() - began < check_limit / 2);
}

}  // namespace muster
