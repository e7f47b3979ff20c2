#include "engine/sqlite/probe.h"

#include <catch2/catch.hpp>

#include "tests/support/database_files.h"
#include "tests/support/temp_folder.h"

namespace muster {

using namespace test;

TEST_CASE("a probe tells of a crash without a private copy, through a link too",
          "[sqlite][source]") {
    const TempFolder folder;
    const auto db = folder / "a.db";
    fs::create_directory(folder / "links");
    fs::create_symlink(db, folder / "links" / "b.db");
    const auto path = folder / GENERATE("a.db", "links/b.db");
    make_database(db, "CREATE TABLE t(a, b)");
    CHECK(probe_source(path, {folder / "scratch"})->page_count > 0);
    crash_after(db, "PRAGMA journal_mode = WAL; INSERT INTO t VALUES(1, 2)");
    fs::remove(db.string() + "-shm");
    const auto before = state_of(folder.path());
    const auto facts = probe_source(path, {folder / "scratch"});
    REQUIRE(facts);
    CHECK(facts->recovered_from == RecoveredFrom::orphan_wal);
    CHECK(facts->path == fs::canonical(db));
    CHECK(facts->page_count == 0);
    CHECK(state_of(folder.path()) == before);
}

}  // namespace muster
