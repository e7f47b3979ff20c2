#include "engine/sqlite/header.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "tests/support/database_files.h"
#include "tests/support/temp_folder.h"

namespace muster {

using namespace test;

TEST_CASE("the header tells what SQLite's pragmas tell", "[sqlite][header]") {
    const auto* encoding = GENERATE("UTF-8", "UTF-16le", "UTF-16be");
    const auto auto_vacuum = GENERATE(0, 1, 2);
    const auto page_size = GENERATE(512, 4096, 65536);
    const TempFolder folder;
    const auto path = folder / "a.db";
    make_database(
        path, fmt::format("PRAGMA encoding = '{}'; PRAGMA auto_vacuum = {}; PRAGMA page_size = {};"
                          "CREATE TABLE t(a); INSERT INTO t VALUES(zeroblob(90000));"
                          "PRAGMA user_version = -7; PRAGMA application_id = -559038737;",
                          encoding, auto_vacuum, page_size));
    const auto file = File::open_read(path);
    REQUIRE(file);
    const auto header = read_header(*file);
    REQUIRE(header);
    REQUIRE(*header);
    App app{path};
    CHECK(std::to_string((*header)->page_size) == app.value("PRAGMA page_size"));
    CHECK(std::to_string((*header)->pages(file->size()->count)) == app.value("PRAGMA page_count"));
    CHECK((*header)->encoding() == app.value("PRAGMA encoding"));
    CHECK(std::to_string((*header)->auto_vacuum()) == app.value("PRAGMA auto_vacuum"));
    CHECK(std::to_string((*header)->user_version) == app.value("PRAGMA user_version"));
    CHECK(std::to_string((*header)->application_id) == app.value("PRAGMA application_id"));
}

TEST_CASE("what is too short or something else has no header", "[sqlite][header]") {
    const TempFolder folder;
    write_all(folder / "short", std::string("SQLite format 3\0", 16));
    write_all(folder / "text", std::string(200, 'x'));
    write_all(folder / "empty", "");
    for (const auto* name : {"short", "text", "empty"}) {
        INFO(name);
        const auto file = File::open_read(folder / name);
        REQUIRE(file);
        const auto header = read_header(*file);
        REQUIRE(header);
        CHECK_FALSE(*header);
    }
}

}  // namespace muster
