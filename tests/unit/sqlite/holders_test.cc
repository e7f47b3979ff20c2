#include "engine/sqlite/holders.h"

#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/support/child.h"
#include "tests/support/database_files.h"
#include "tests/support/temp_folder.h"

namespace muster {

using namespace test;

TEST_CASE("holders are found however they spell the path, this process never",
          "[sqlite][holders]") {
    const TempFolder folder;
    const auto db = folder / "a.db";
    make_database(db, "PRAGMA journal_mode = WAL; CREATE TABLE t(a)");
    CHECK(holders_of(db).empty());
    fs::create_symlink(db, folder / "link.db");
    Child child{[&](const Child::Ready& ready) {
        App app{folder / "link.db"};
        app.run("INSERT INTO t VALUES(1)");
        ready();
        stay();
    }};
    const App own{db};
    for (const auto& path : {db, folder / "link.db"}) {
        const auto holders = holders_of(path);
        REQUIRE(holders.size() == 1);
        CHECK(holders[0].pid == child.pid());
        CHECK_FALSE(holders[0].command.empty());
        CHECK(spell_holders(holders) ==
              "pid " + std::to_string(child.pid()) + " (" + holders[0].command + ")");
    }
    child.kill();
    CHECK(holders_of(db).empty());
    CHECK(holders_of(folder / "absent.db").empty());
}

}  // namespace muster
