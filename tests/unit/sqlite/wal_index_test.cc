#include "engine/sqlite/wal_index.h"

#include <catch2/catch.hpp>

#include "tests/support/database_files.h"
#include "tests/support/temp_folder.h"

namespace muster {

using namespace test;

TEST_CASE("frames that wait for a checkpoint are counted as SQLite counts them",
          "[sqlite][VV-09]") {
    const TempFolder folder;
    const auto path = folder / "app.db";
    App app{path};
    app.run("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE t(a);");
    app.run("INSERT INTO t VALUES (zeroblob(40000))");
    // "busy, frames, folded in": asked of a log that a reader keeps from being folded in further.
    App reader{path};
    reader.run("BEGIN");
    reader.value("SELECT count(*) FROM t");
    int frames = 0, folded = 0;
    sqlite3_wal_checkpoint_v2(app.handle(), "main", SQLITE_CHECKPOINT_PASSIVE, &frames, &folded);
    CHECK(frames_not_checkpointed(path) == static_cast<std::uint32_t>(frames - folded));
    app.run("INSERT INTO t VALUES (zeroblob(80000))");
    sqlite3_wal_checkpoint_v2(app.handle(), "main", SQLITE_CHECKPOINT_PASSIVE, &frames, &folded);
    REQUIRE(frames > folded);
    CHECK(frames_not_checkpointed(path) == static_cast<std::uint32_t>(frames - folded));
}

TEST_CASE("what is no index tells nothing", "[sqlite]") {
    const TempFolder folder;
    CHECK_FALSE(frames_not_checkpointed(folder / "app.db"));
    write_all(folder / "app.db-shm", std::string(50, '\0'));
    CHECK_FALSE(frames_not_checkpointed(folder / "app.db"));
    write_all(folder / "app.db-shm", std::string(32768, '\0'));
    CHECK_FALSE(frames_not_checkpointed(folder / "app.db"));
}

}  // namespace muster
