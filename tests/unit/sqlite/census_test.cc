#include "engine/sqlite/census.h"

#include <catch2/catch.hpp>

#include <random>

#include "tests/support/database_files.h"
#include "tests/support/temp_folder.h"

namespace muster {
namespace {

using namespace test;

/// Tables of both kinds, indexes, long rows, pages that were freed.
std::string mixture(int page_size, int auto_vacuum) {
    return "PRAGMA page_size = " + std::to_string(page_size) +
           "; PRAGMA auto_vacuum = " + std::to_string(auto_vacuum) +
           "; CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b BLOB); CREATE INDEX t_a ON t(a); "
           "CREATE TABLE w(k TEXT PRIMARY KEY, v BLOB) WITHOUT ROWID; CREATE TABLE gone(b); CREATE TABLE [odd \"name](x); "
           "WITH RECURSIVE i(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM i WHERE x < 400) INSERT INTO t SELECT x, hex(randomblob(40)), randomblob(x % 7 * 900) FROM i; "
           "WITH RECURSIVE i(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM i WHERE x < 300) INSERT INTO w SELECT hex(randomblob(30)) || x, randomblob(x % 5 * 700) FROM i; "
           "WITH RECURSIVE i(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM i WHERE x < 200) INSERT INTO gone SELECT randomblob(900) FROM i; "
           "CREATE TABLE long_sql(" +
           std::string(3000, 'c') +
           "); CREATE VIEW v AS SELECT 1; DELETE FROM t WHERE id % 3 = 0;" +
           (auto_vacuum == 1 ? "" : "DELETE FROM gone");
}

Census census_of(const fs::path& path) {
    auto census = take_census(path);
    REQUIRE(census);
    return *std::move(census);
}

std::string integrity_of(const fs::path& path) {
    return App{path}.value("PRAGMA integrity_check");
}

bool tells(const Census& census, const std::string& what) {
    for (const auto& fault : census.faults)
        if (fault.find(what) != std::string::npos) return true;
    return false;
}

}  // namespace

TEST_CASE("every page of a sound database is claimed once", "[sqlite][census]") {
    const TempFolder folder;
    const auto db = folder / "a.db";
    const int page_size = GENERATE(512, 1024, 4096, 65536);
    const int auto_vacuum = GENERATE(0, 1, 2);
    make_database(db, mixture(page_size, auto_vacuum));
    const auto census = census_of(db);
    CAPTURE(page_size, auto_vacuum, census.faults);
    CHECK(census.sound());
    CHECK(census.pages == fs::file_size(db) / static_cast<std::uintmax_t>(page_size));
    CHECK(census.tree + census.overflow + census.freelist + census.pointer_map + census.lock ==
          census.pages);
    CHECK((census.pointer_map > 0) == (auto_vacuum != 0));
    if (page_size < 65536) CHECK(census.overflow > 0);
    if (auto_vacuum != 1) CHECK(census.freelist > 0);
}

TEST_CASE("search tables and bytes past the end are no faults", "[sqlite][census]") {
    const TempFolder folder;
    const auto db = folder / "a.db";
    make_database(
        db,
        "CREATE VIRTUAL TABLE f USING fts5(x); CREATE VIRTUAL TABLE r USING rtree(id, a, b); INSERT INTO f VALUES('one two'); INSERT INTO r VALUES(1, 2, 3)");
    CHECK(census_of(db).sound());
    write_all(db, read_all(db) + std::string(5000, 'x'));
    CHECK(census_of(db).sound());
}

TEST_CASE("orphaned pages that integrity_check passes are found", "[sqlite][census][EE-02]") {
    const TempFolder folder;
    const auto db = folder / "a.db";
    make_database(
        db,
        mixture(1024, 0) +
            "; CREATE TABLE lost(b); INSERT INTO lost SELECT b FROM t; CREATE VIEW newest AS SELECT 2");
    make_database(db, "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'lost'");
    CHECK(integrity_of(db) == "ok");
    const auto census = census_of(db);
    CHECK(census.orphaned > 50);
    CHECK_FALSE(census.sound());
    CHECK(census.fault_count == census.orphaned);
}

TEST_CASE("a freelist cut off while its count is kept is found", "[sqlite][census][EE-02]") {
    const TempFolder folder;
    const auto db = folder / "a.db";
    make_database(db, mixture(1024, 0) + "; CREATE VIEW newest AS SELECT 2");
    const auto free = census_of(db).freelist;
    REQUIRE(free > 50);
    poke(db, 32, std::string(4, '\0'));
    CHECK(integrity_of(db) == "ok");
    const auto census = census_of(db);
    CHECK(census.orphaned == free);
    CHECK(tells(census, "the freelist holds 0 pages"));
}

TEST_CASE("each kind of damage has its words", "[sqlite][census]") {
    const TempFolder folder;
    const auto db = folder / "a.db";
    make_database(
        db,
        "PRAGMA page_size = 1024; CREATE TABLE t(b); CREATE TABLE u(b); WITH RECURSIVE i(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM i WHERE x < 100) INSERT INTO t SELECT randomblob(100) FROM i; INSERT INTO u SELECT randomblob(3000)");
    const auto pages = census_of(db).pages;
    const std::size_t root_of_t = 1024;
    SECTION("page type") {
        poke(db, 2 * 1024, "\7");
        CHECK(tells(census_of(db), "page type 7"));
    }
    SECTION("a cycle") {
        poke(db, root_of_t + 8, std::string{"\0\0\0\2", 4});
        CHECK(tells(census_of(db), "page 2 is claimed twice"));
    }
    SECTION("out of range") {
        poke(db, root_of_t + 8, std::string{"\x7f\0\0\2", 4});
        CHECK(tells(census_of(db), "out of range"));
    }
    SECTION("two roots on one page") {
        make_database(
            db,
            "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET rootpage = 2 WHERE name = 'u'");
        CHECK(tells(census_of(db), "page 2 is claimed twice, the second time by u"));
    }
    SECTION("truncated") {
        fs::resize_file(db, (pages - 1) * 1024);
        CHECK(tells(census_of(db), "truncated"));
    }
    SECTION("more cells than fit") {
        poke(db, 2 * 1024 + 3, "\xff\xff");
        CHECK(tells(census_of(db), "cells, more than fit"));
    }
    SECTION("no database") {
        write_all(db, "short");
        CHECK(tells(census_of(db), "no database header"));
    }
}

TEST_CASE("hostile bytes neither crash nor hang the census", "[sqlite][census]") {
    const TempFolder folder;
    const auto db = folder / "a.db";
    make_database(db, mixture(4096, GENERATE(0, 2)));
    const std::string sound = read_all(db);
    std::mt19937 random{20260101};
    const auto below = [&](std::size_t limit) {
        return static_cast<std::size_t>(random() % limit);
    };
    std::uint64_t found = 0;
    for (int round = 0; round < 1000; ++round) {
        std::string bytes = sound;
        for (std::size_t flips = 1 + below(8); flips > 0; --flips) {
            // Half of them where structure lies: the database header, and the first bytes of pages.
            const std::size_t at = below(2) == 0 ? below(bytes.size())
                                                 : below(bytes.size() / 4096) * 4096 + below(110);
            bytes[at] = static_cast<char>(below(3) == 0 ? 0xff : random());
        }
        if (below(10) == 0) bytes.resize(below(bytes.size()));
        fs::remove(db);  // truncating it instead would have ext4 flush each round
        write_all(db, bytes);
        const auto census = take_census(db);
        REQUIRE(census);
        REQUIRE(census->faults.size() <= 20);
        found += census->sound() ? 0U : 1U;
    }
    CHECK(found > 100);
}

TEST_CASE("a walk can be stopped", "[sqlite][census]") {
    const TempFolder folder;
    make_database(
        folder / "a.db",
        "CREATE TABLE t(b); WITH RECURSIVE i(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM i WHERE x < 2000) INSERT INTO t SELECT zeroblob(3000) FROM i");
    const auto stopped = take_census(
        folder / "a.db", []() -> Result<> { return fail(ErrorCode::interrupted, "enough"); });
    REQUIRE_FALSE(stopped);
    CHECK(stopped.error().message == "enough");
}

TEST_CASE("the page at the lock byte belongs to nobody", "[soak][sqlite][census]") {
    const TempFolder folder;
    const auto db = folder / "a.db";
    const int auto_vacuum = GENERATE(0, 2);
    make_database(
        db,
        "PRAGMA page_size = " + std::to_string(GENERATE(4096, 65536)) +
            "; PRAGMA auto_vacuum = " + std::to_string(auto_vacuum) +
            "; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; CREATE TABLE t(b); "
            "WITH RECURSIVE i(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM i WHERE x < 1100) INSERT INTO t SELECT zeroblob(1000000) FROM i");
    const auto census = census_of(db);
    CAPTURE(census.faults);
    CHECK(census.sound());
    CHECK(census.lock == 1);
}

}  // namespace muster
