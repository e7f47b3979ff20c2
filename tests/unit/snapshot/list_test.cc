#include "engine/snapshot/list.h"

#include <catch2/catch.hpp>

#include "engine/snapshot/names.h"
#include "tests/support/backups.h"
#include "tests/support/temp_folder.h"

namespace muster {

using namespace test;

TEST_CASE("a store is listed by its manifests: whole, broken and unfinished", "[snapshot][list]") {
    const TempFolder folder;
    const TestHost test;
    make_shop(folder / "shop.db");
    const auto root = folder / "store";
    for (const auto* name : {"a.sqlite", "b.sqlite", "c.sqlite", "d.sqlite", "e.sqlite"})
        REQUIRE(take_snapshot(step_for(folder / "shop.db", root / name), test.host));
    fs::remove(root / "b.sqlite");
    fs::resize_file(root / "c.sqlite", 100);
    fs::rename(manifest_of(root / "d.sqlite"), hidden_beside(root / "d.sqlite", intent_suffix));
    write_all(manifest_of(root / "e.sqlite"), "not JSON");
    write_all(root / "somebody's.txt", "not muster's");

    const auto all = list_snapshots("near", LocalStore{root});
    REQUIRE(all);
    std::map<std::string, SnapshotFacts> by_key;
    for (const auto& each : *all) by_key[each.key] = each;
    REQUIRE(by_key.size() == 5);
    CHECK(by_key["a.sqlite"].state == SnapshotState::complete);
    CHECK(by_key["a.sqlite"].target == "shop");
    CHECK(by_key["a.sqlite"].store == "near");
    CHECK(by_key["b.sqlite"].detail == "its artifact is missing");
    CHECK(by_key["c.sqlite"].state == SnapshotState::broken);
    CHECK(by_key["d.sqlite"].state == SnapshotState::unfinished);
    CHECK(by_key["e.sqlite"].state == SnapshotState::broken);
}

}  // namespace muster
