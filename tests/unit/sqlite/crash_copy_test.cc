#include "engine/sqlite/crash_copy.h"

#include <catch2/catch.hpp>

#include "engine/sqlite/connection.h"
#include "tests/support/database_files.h"
#include "tests/support/temp_folder.h"

namespace muster {

using namespace test;

TEST_CASE("recovering a copy neither asks nor removes the original's super-journal",
          "[sqlite][source]") {
    const TempFolder folder;
    const auto db = folder / "a.db";
    const std::string rows =
        "CREATE TABLE t(a INTEGER, b BLOB); WITH RECURSIVE i(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM i WHERE x < 200) "
        "INSERT INTO t SELECT x, randomblob(300) FROM i";
    make_database(db, rows);
    make_database(folder / "b.db", rows);
    const fs::path super = crash_in_commit_over_two(db, folder / "b.db");
    fs::create_directory(folder / "scratch");
    const auto lock = SourceLock::open(db);
    const auto state = look_at(*lock, db);
    REQUIRE(state);
    REQUIRE(state->hot_journal);
    const auto copy = copy_crashed(*lock, *state, db, folder / "scratch");
    REQUIRE(copy);
    fs::remove(db.string() + "-journal");
    fs::remove((folder / "b.db").string() + "-journal");
    const bool removed = GENERATE(true, false);
    if (removed) fs::remove(super);
    auto connection = Connection::open(*copy, OpenMode::read_write);
    REQUIRE(connection);
    CHECK(*connection->query_value("SELECT sum(a) FROM t") == "20100");
    CHECK(fs::exists(super) == !removed);
}

TEST_CASE("a private copy is not begun without room for it", "[sqlite][source]") {
    const TempFolder folder;
    make_database(folder / "a.db", "CREATE TABLE t(a)");
    const auto lock = SourceLock::open(folder / "a.db");
    auto state = look_at(*lock, folder / "a.db");
    REQUIRE(state);
    state->bytes.count = std::uint64_t{1} << 60U;
    const auto copy = copy_crashed(*lock, *state, folder / "a.db", folder / "scratch");
    REQUIRE_FALSE(copy);
    CHECK(copy.error().code == ErrorCode::no_space);
}

}  // namespace muster
