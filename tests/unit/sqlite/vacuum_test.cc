#include "engine/sqlite/vacuum.h"

#include <catch2/catch.hpp>

#include "tests/support/database_files.h"
#include "tests/support/temp_folder.h"

namespace muster {

using namespace test;

TEST_CASE("what cannot be packed names the file that could not be written",
          "[sqlite][vacuum][EE-02]") {
    const TempFolder folder;
    const auto copy = folder / "copy.db";
    const auto packed = folder / "packed.db";
    make_database(copy, "CREATE TABLE t(a); INSERT INTO t VALUES(1)");
    fs::create_directory(folder / "packed.db-journal");
    const auto done = vacuum_into(copy, packed);
    REQUIRE_FALSE(done);
    CAPTURE(done.error().message);
    CHECK(done.error().message.find("cannot write " + packed.string()) == 0);
    CHECK_FALSE(fs::exists(packed));
}

TEST_CASE("a damaged copy that cannot be packed names the copy", "[sqlite][vacuum][EE-02]") {
    const TempFolder folder;
    const auto copy = folder / "copy.db";
    make_database(copy, "CREATE TABLE t(a); INSERT INTO t VALUES(zeroblob(20000))");
    poke(copy, 4096, std::string(4096, '\xff'));
    const auto done = vacuum_into(copy, folder / "packed.db");
    REQUIRE_FALSE(done);
    CAPTURE(done.error().message);
    CHECK(done.error().message.find("cannot copy " + copy.string()) == 0);
}

}  // namespace muster
