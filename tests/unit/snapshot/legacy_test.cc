#include "engine/snapshot/legacy.h"

#include <catch2/catch.hpp>

#include "engine/snapshot/names.h"
#include "tests/support/backups.h"
#include "tests/support/temp_folder.h"

namespace muster {

using namespace test;

TEST_CASE("databases without a manifest are listed by the time of their last change",
          "[snapshot][legacy][ON-04]") {
    const TempFolder folder;
    const TestHost test;
    make_shop(folder / "shop.db", "DELETE");
    const auto root = folder / "kept";
    REQUIRE(take_snapshot(step_for(folder / "shop.db", root / "ours.sqlite"), test.host));
    fs::create_directories(root / "older");
    for (const auto* name : {"one.db", "older/two.bak", "in-use.db", ".hidden.db", "torn.db"})
        fs::copy_file(folder / "shop.db", root / name);
    write_all(root / "in-use.db-wal", "a log");
    write_all(hidden_beside(root / "torn.db", intent_suffix), "of a dead run");
    write_all(root / "notes.txt", std::string(4096, 'x'));
    write_all(root / "short.db", "SQLite format 3");
    const auto then = fs::last_write_time(root / "one.db") - std::chrono::hours{48};
    fs::last_write_time(root / "older/two.bak", then);

    const auto found = list_legacy("directory", LocalStore{root});
    REQUIRE(found);
    REQUIRE(found->size() == 2);
    const auto &older = found->at(0), &newer = found->at(1);
    CHECK(older.key == "older/two.bak");
    CHECK(newer.key == "one.db");
    CHECK(newer.path == (root / "one.db").string());
    CHECK(newer.store == "directory");
    CHECK(newer.bytes.count == fs::file_size(root / "one.db"));
    CHECK(newer.state == SnapshotState::complete);
    CHECK(newer.target.empty());
    CHECK(newer.created_at - older.created_at >= std::chrono::hours{48});
    CHECK(newer.created_at - older.created_at < std::chrono::hours{49});
}

}  // namespace muster
