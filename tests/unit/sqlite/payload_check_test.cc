#include "engine/sqlite/payload_check.h"

#include <catch2/catch.hpp>

#include "tests/support/database_files.h"
#include "tests/support/temp_folder.h"

namespace muster {
namespace {

using namespace test;

/// Payloads as an application stores them: the hash as 64 digits of SHA-256('a'), and of nothing.
constexpr auto digest_of_a = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb";
constexpr auto digest_of_nothing =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

struct PayloadPlace {
    TempFolder folder;
    fs::path db = folder / "a.db";
    CheckSpec check;

    PayloadPlace() {
        make_database(db, "CREATE TABLE blobs(id INTEGER PRIMARY KEY, data BLOB, hash)");
        check.name = "payloads";
        check.blobs = BlobCheck{"blobs", "data", "hash"};
        check.depth = Depth::deep;
        add("CAST('a' AS BLOB)", std::string{"'"} + digest_of_a + "'");
    }
    void add(const std::string& payload, const std::string& hash) const {
        App{db}.run("INSERT INTO blobs(data, hash) VALUES (" + payload + ", " + hash + ")");
    }
    Finding look() const {
        auto connection = *Connection::open(db, OpenMode::immutable);
        auto finding = check_payloads(connection, check, "copy", [] { return Result<>{}; });
        REQUIRE(finding);
        return *finding;
    }
};

}  // namespace

TEST_CASE("payloads that fit their hashes, however those are written",
          "[sqlite][payloads][VV-09]") {
    const PayloadPlace place;
    place.add("CAST('a' AS BLOB)", std::string{"x'"} + digest_of_a + "'");
    place.add("'a'", "upper('" + std::string{digest_of_a} + "')");
    place.add("x''", std::string{"'"} + digest_of_nothing + "'");
    place.add("NULL", "NULL");
    const auto finding = place.look();
    CHECK(finding.verdict == Verdict::good);
    CHECK(finding.actual == "0 of 5 rows wrong");
}

TEST_CASE("each way for a payload to be wrong is found and named by its row",
          "[sqlite][payloads][VV-09]") {
    const PayloadPlace place;
    const auto hash = std::string{"'"} + digest_of_a + "'";
    const auto [payload, stored, words] =
        GENERATE_COPY(table<std::string, std::string, std::string>(
            {{"CAST('b' AS BLOB)", hash, "row 2 differs from its hash"},
             {"NULL", hash, "row 2 has a hash and no payload"},
             {"CAST('a' AS BLOB)", "NULL", "row 2 has a payload and no hash"},
             {"CAST('a' AS BLOB)", "'abc'", "row 2 has a hash that is no SHA-256"},
             {"7", hash, "row 2 has a number for a payload"}}));
    place.add(payload, stored);
    const auto finding = place.look();
    CHECK(finding.verdict == Verdict::bad);
    CHECK(finding.actual == "1 of 2 rows wrong: " + words);
}

TEST_CASE("a large payload is read to its end", "[sqlite][payloads]") {
    const PayloadPlace place;
    const std::string of_zeroes =
        "'35bce4eae54ec8e6cc2868baa8d157914d6ae2858811b4cc0c078c94460fa26f'";
    place.add("zeroblob(3000000)", of_zeroes);
    CHECK(place.look().verdict == Verdict::good);
    place.add("zeroblob(2999999) || x'01'", of_zeroes);
    CHECK(place.look().actual == "1 of 3 rows wrong: row 3 differs from its hash");
}

TEST_CASE("whatever SQL can read is checked: no table is taken for damaged by its kind",
          "[sqlite][payloads]") {
    PayloadPlace place;
    const auto hash = std::string{"'"} + digest_of_a + "'";
    const std::string kind = GENERATE("without_rowid", "own_rowid", "generated", "view", "fts");
    CAPTURE(kind);
    App{place.db}.run(
        "CREATE TABLE without_rowid(id PRIMARY KEY, data, hash) WITHOUT ROWID;"
        "CREATE TABLE own_rowid(rowid TEXT, data, hash);"
        "CREATE TABLE generated(id, data AS (CAST('a' AS BLOB)), hash);"
        "CREATE VIEW view AS SELECT data, hash FROM blobs; CREATE VIRTUAL TABLE fts USING fts5(data, hash);"
        "INSERT INTO without_rowid VALUES (1, 'a', " +
        hash +
        ");"
        "INSERT INTO own_rowid VALUES ('x', 'a', " +
        hash +
        ");"
        "INSERT INTO generated(id, hash) VALUES (1, " +
        hash +
        ");"
        "INSERT INTO fts VALUES ('a', " +
        hash + ")");
    place.check.blobs->table = kind;
    CHECK(place.look().verdict == Verdict::good);
}

TEST_CASE("a table or column that is not there is no answer", "[sqlite][payloads]") {
    PayloadPlace place;
    place.check.blobs->payload = "nothing";
    const auto finding = place.look();
    CHECK(finding.verdict == Verdict::bad);
    CHECK(finding.reason.find("has no answer") != std::string::npos);
}

TEST_CASE("a stop ends the reading", "[sqlite][payloads]") {
    const PayloadPlace place;
    auto connection = *Connection::open(place.db, OpenMode::immutable);
    const auto stopped = check_payloads(connection, place.check, "copy", []() -> Result<> {
        return fail(ErrorCode::interrupted, "stopped by the test");
    });
    REQUIRE_FALSE(stopped);
    CHECK(stopped.error().code == ErrorCode::interrupted);
}

}  // namespace muster
