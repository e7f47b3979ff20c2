#include "drills/faults/page_faults.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <set>

#include "drills/faults/prepare.h"
#include "drills/faults/row_faults.h"
#include "engine/sqlite/integrity.h"
#include "tests/support/damaged_files.h"
#include "tests/support/database_files.h"
#include "tests/support/temp_folder.h"

namespace muster {

using namespace test;

namespace {

using enum Fault;

constexpr std::array shapes{std::tuple{512, "UTF-8", "NONE", "DELETE", 0},
                            std::tuple{1024, "UTF-16be", "FULL", "WAL", 32},
                            std::tuple{8192, "UTF-8", "INCREMENTAL", "DELETE", 0}};

struct Seen {
    Fault fault;
    std::string_view by;
};
constexpr std::array seen_by{Seen{page_bit, "integrity"},
                             Seen{index_bit, "integrity"},
                             Seen{overflow_bit, "integrity"},
                             Seen{freelist_bit, "page_census"},
                             Seen{header_bit, "readable"},
                             Seen{truncated, "readable"},
                             Seen{zeroed, "integrity"},
                             Seen{swapped_pages, "integrity"},
                             Seen{orphaned_page, "page_census"},
                             Seen{full_text, "full_text"},
                             Seen{rtree, "rtree"},
                             Seen{foreign_key, "foreign_keys"}};
constexpr std::array unseen{value_bit, unused_bit, changed_row};

std::set<std::string> bad_findings(const fs::path& database) {
    const auto findings = verify_database(database, {}, "it");
    REQUIRE(findings);
    std::set<std::string> out;
    for (const auto& finding : *findings)
        if (finding.verdict == Verdict::bad) out.insert(finding.code);
    return out;
}

fs::path prepared(const TempFolder& folder, const Shape& shape) {
    auto path = folder / "prepared.db";
    make_healthy(path, shape);
    if (const auto done = prepare_for_faults(path); !done) FAIL(done.error().text());
    CHECK(bad_findings(path).empty());
    return path;
}

/// A damaged copy, for as long as nobody asks for the next one.
fs::path damaged(const fs::path& database, Fault fault, std::uint64_t seed) {
    auto copy = database.parent_path() / "damaged.db";
    fs::copy_file(database, copy, fs::copy_options::overwrite_existing);
    const auto done = damage_file(fault, copy, seed);
    if (!done) FAIL(done.error().text());
    INFO(name_of(fault) << ": " << done->told);
    CHECK(done->done);
    CHECK(read_all(copy) != read_all(database));
    return copy;
}

std::vector<std::size_t> changed_bytes(const fs::path& one, const fs::path& other) {
    const auto before = read_all(one), after = read_all(other);
    REQUIRE(before.size() == after.size());
    std::vector<std::size_t> out;
    for (std::size_t at = 0; at < before.size(); ++at)
        if (before[at] != after[at]) out.push_back(at);
    return out;
}

}  // namespace

TEST_CASE("damage is seen by the check that it is meant for, whatever the pages are like",
          "[drills][faults][VV-05]") {
    for (const auto& [page_size, encoding, vacuum, journal, reserved] : shapes) {
        const TempFolder folder;
        const Shape shape{page_size, encoding, vacuum, journal, reserved};
        const auto path = prepared(folder, shape);
        for (std::uint64_t seed = 0; seed < 6; ++seed) {
            for (const auto& [fault, by] : seen_by) {
                INFO(shape.text() << ", seed " << seed << ": " << name_of(fault));
                CHECK(bad_findings(damaged(path, fault, seed)).contains(std::string{by}));
            }
            for (const auto fault : unseen) {
                INFO(shape.text() << ", seed " << seed << ": " << name_of(fault));
                CHECK(bad_findings(damaged(path, fault, seed)).empty());
            }
        }
    }
}

TEST_CASE("SQLite's own check does not see what the census and the search indexes' checks see",
          "[drills][faults]") {
    const TempFolder folder;
    const auto path = prepared(folder, {});
    for (const auto fault : {orphaned_page, full_text, rtree, foreign_key})
        CHECK(App{damaged(path, fault, 3)}.value("PRAGMA integrity_check") == "ok");
    CHECK(App{damaged(path, index_bit, 3)}.value("PRAGMA integrity_check") != "ok");
}

TEST_CASE("a fault strikes one place, which the seed chooses", "[drills][faults]") {
    const TempFolder folder;
    const auto path = prepared(folder, {});
    for (const auto fault :
         {page_bit, index_bit, overflow_bit, freelist_bit, header_bit, value_bit, unused_bit}) {
        INFO(name_of(fault));
        std::set<std::vector<std::size_t>> places;
        for (std::uint64_t seed = 0; seed < 12; ++seed) {
            const auto place = changed_bytes(path, damaged(path, fault, seed));
            CHECK(place.size() == 1);
            if (seed < 3) CHECK(changed_bytes(path, damaged(path, fault, seed)) == place);
            places.insert(place);
        }
        CHECK(places.size() > 3);
    }
}

TEST_CASE("where there is no such place nothing is done, and the reason told", "[drills][faults]") {
    const TempFolder folder;
    const auto path = folder / "bare.db";
    make_database(path, "CREATE TABLE t(a); INSERT INTO t VALUES(1)");
    const auto before = read_all(path);
    for (const auto fault :
         {index_bit, overflow_bit, freelist_bit, value_bit, unused_bit, truncated, swapped_pages,
          orphaned_page, full_text, rtree, foreign_key, changed_row}) {
        const auto done = damage_file(fault, path, 1);
        REQUIRE(done);
        INFO(name_of(fault) << ": " << done->told);
        CHECK_FALSE(done->done);
        CHECK_FALSE(done->told.empty());
        CHECK(read_all(path) == before);
    }
}

TEST_CASE("what cannot be checked here is not struck", "[drills][faults]") {
    const TempFolder folder;
    const auto path = folder / "foreign.db";
    {
        App app{path};
        sqlite3_create_collation(app.handle(), "alien", SQLITE_UTF8, nullptr,
                                 [](void*, int, const void*, int, const void*) { return 0; });
        app.run(
            "CREATE TABLE t(a COLLATE alien, b TEXT UNIQUE); CREATE INDEX i ON t(a);"
            "INSERT INTO t VALUES('x', 'y')");
    }
    for (const auto fault : {page_bit, index_bit, zeroed})
        CHECK_FALSE(damage_file(fault, path, 1)->done);
    REQUIRE(prepare_for_faults(path));
    for (const auto fault : {page_bit, index_bit, zeroed}) {
        const auto copy = damaged(path, fault, 1);
        CHECK(bad_findings(copy).contains("integrity"));
    }
}

TEST_CASE("to prepare adds, and changes nothing that was there", "[drills][faults]") {
    const TempFolder folder;
    const auto path = folder / "shop.db";
    make_database(path, "PRAGMA journal_mode = WAL; CREATE TABLE t(a); INSERT INTO t VALUES(7)");
    REQUIRE(prepare_for_faults(path));
    CHECK(App{path}.value("SELECT a FROM t") == "7");
    CHECK(App{path}.value("PRAGMA journal_mode") == "delete");
    const auto once = read_all(path);
    REQUIRE(prepare_for_faults(path));
    CHECK(read_all(path) == once);
}

TEST_CASE("a stale log shows other rows and leaves the file as it is", "[drills][faults]") {
    const TempFolder folder;
    const auto path = prepared(folder, {});
    const auto before = read_all(path);
    fs::create_directory(folder / "scratch");
    const auto done = leave_stale_wal(path, folder / "scratch", 1);
    REQUIRE(done);
    CHECK(done->done);
    CHECK(read_all(path) == before);
    CHECK(fs::is_empty(folder / "scratch"));
    const auto changed =
        "SELECT count(*) FROM muster_fault_rows WHERE value LIKE 'changed by a drill%'";
    CHECK(App{path}.value(changed) == "1");
}

TEST_CASE("a file that is no database, or a damaged one, is an error and no crash",
          "[drills][faults]") {
    const TempFolder folder;
    const auto path = folder / "a.db";
    write_all(path, "no database");
    CHECK(damage_file(page_bit, path, 1).error().code == ErrorCode::not_a_database);
    make_healthy(folder / "healthy.db", {512});
    const auto healthy = read_all(folder / "healthy.db");
    std::mt19937_64 random{1};
    for (const auto kind : damages()) {
        for (std::uint64_t seed = 0; seed < 5; ++seed) {
            write_all(path, damage(kind, healthy, random));
            for (const auto& [fault, by] : seen_by)
                static_cast<void>(damage_file(fault, path, seed));
        }
    }
}

}  // namespace muster
