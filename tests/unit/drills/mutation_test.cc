#include "drills/faults/mutation.h"

#include <catch2/catch.hpp>

#include <algorithm>

#include "engine/sqlite/table_digest.h"
#include "tests/support/database_files.h"
#include "tests/support/temp_folder.h"

namespace muster {

using namespace test;

namespace {

std::vector<Mutation> damage(const fs::path& path) {
    auto connection = Connection::open(path, OpenMode::read_write);
    REQUIRE(connection);
    const auto before = digest_database(*connection);
    auto done = mutate(*connection);
    if (!done) FAIL(done.error().text());
    CHECK_FALSE(differences(*before, *digest_database(*connection)).empty());
    return *std::move(done);
}

bool did(const std::vector<Mutation>& done, const std::string& kind) {
    return std::ranges::find(done, kind, &Mutation::kind) != done.end();
}

}  // namespace

TEST_CASE("damage is real: rows inserted, updated, deleted, and the schema changed",
          "[drills][mutation][EE-07]") {
    const TempFolder folder;
    make_database(
        folder / "a.db",
        "CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT); INSERT INTO t(name) VALUES ('a'), ('b'), ('c')");
    const auto done = damage(folder / "a.db");
    for (const auto* kind : {"insert", "update", "delete", "schema"}) CHECK(did(done, kind));
}

TEST_CASE("what an application forbids happens all the same", "[drills][mutation]") {
    const TempFolder folder;
    make_database(
        folder / "a.db",
        "CREATE TABLE parent(id TEXT PRIMARY KEY); CREATE TABLE child(parent TEXT REFERENCES parent(id), n INTEGER UNIQUE CHECK (n < 10)) ;"
        "INSERT INTO parent VALUES ('p'); INSERT INTO child VALUES ('p', 1), ('p', 2);"
        "CREATE TRIGGER no_delete BEFORE DELETE ON child BEGIN SELECT raise(ABORT, 'no'); END;"
        "CREATE TRIGGER no_update BEFORE UPDATE ON child BEGIN SELECT raise(ABORT, 'no'); END;"
        "CREATE TRIGGER no_insert BEFORE INSERT ON child BEGIN SELECT raise(ABORT, 'no'); END");
    const auto done = damage(folder / "a.db");
    for (const auto* kind : {"insert", "update", "delete"}) CHECK(did(done, kind));
}

TEST_CASE("a database without a row, or without a rowid, is damaged too", "[drills][mutation]") {
    const TempFolder folder;
    make_database(folder / "empty.db", "CREATE TABLE t(a)");
    CHECK(did(damage(folder / "empty.db"), "schema"));
    make_database(
        folder / "keyed.db",
        "CREATE TABLE t(k TEXT PRIMARY KEY, v) WITHOUT ROWID; INSERT INTO t VALUES ('a', 1), ('b', 2)");
    CHECK(did(damage(folder / "keyed.db"), "delete"));
}

}  // namespace muster
