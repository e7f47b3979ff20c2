#include "engine/snapshot/pin.h"

#include <catch2/catch.hpp>

#include "engine/codec/documents.h"
#include "engine/snapshot/commit.h"
#include "engine/snapshot/inspect.h"
#include "engine/snapshot/list.h"
#include "engine/snapshot/names.h"
#include "engine/store/local/lease.h"
#include "tests/support/backups.h"
#include "tests/support/temp_folder.h"

namespace muster {

using namespace test;

namespace {

const Time pin_time = *TextForm<Time>::parse("2026-11-20T10:00:00Z");

Pin pin_for(const std::string& reason) {
    Operator by;
    by.login = "anna";
    by.host = "db1";
    return {reason, by, pin_time};
}

/// A store that holds one snapshot.
struct PinnedStore {
    TempFolder folder;
    TestHost test;
    fs::path root = folder / "store";
    fs::path artifact = root / "a.sqlite";

    PinnedStore() {
        make_shop(folder / "shop.db");
        REQUIRE(take_snapshot(step_for(folder / "shop.db", artifact), test.host));
    }
    Sha256 checksum() const { return (*read_manifest(artifact))->checksum_sha256; }
    SnapshotFacts listed() const {
        const auto all = list_snapshots("near", LocalStore{root});
        REQUIRE(all);
        REQUIRE(all->size() == 1);
        return all->front();
    }
};

}  // namespace

TEST_CASE("a pin lies beside its artifact, says who and why, and is seen by list and inspect",
          "[snapshot][pin]") {
    PinnedStore store;
    CHECK_FALSE(store.listed().pinned);
    REQUIRE(pin_snapshot(store.artifact, pin_for("before the migration"), Replace::no));
    const auto file = store.root / "a.sqlite.pin";
    const auto stored = from_json<Pin>(read_all(file), file.string());
    REQUIRE(stored.value);
    CHECK(*stored.value == pin_for("before the migration"));
    CHECK(status_of(file)->mode == 0600);
    CHECK(store.listed().pinned == "before the migration");
    CHECK(store.listed().state == SnapshotState::complete);
    store.test.host.scratch = store.folder / "scratch";
    const auto seen = inspect_backup(store.artifact, {}, store.test.host);
    REQUIRE(seen);
    CHECK(seen->pinned == "before the migration");
    CHECK(seen->restorable);
}

TEST_CASE("a pin that cannot be read still pins", "[snapshot][pin]") {
    PinnedStore store;
    SECTION("not JSON") {
        write_all(pin_of(store.artifact), "not JSON");
    }
    SECTION("of another version") {
        write_all(pin_of(store.artifact), "{\"schema\": \"muster/pin/v9\"}");
    }
    SECTION("a folder") {
        fs::create_directory(pin_of(store.artifact));
    }
    SECTION("a link to nowhere") {
        fs::create_symlink("nowhere", pin_of(store.artifact));
    }
    CHECK(store.listed().pinned == "unreadable pin");
    const auto removed = remove_snapshot(store.artifact, store.checksum(), pin_time);
    REQUIRE_FALSE(removed);
    CHECK(fs::exists(store.artifact));
}

TEST_CASE("a pinned snapshot is neither removed nor replaced, whatever was planned before",
          "[snapshot][pin]") {
    PinnedStore store;
    REQUIRE(pin_snapshot(store.artifact, pin_for("evidence"), Replace::no));
    const auto removed = remove_snapshot(store.artifact, store.checksum(), pin_time);
    REQUIRE_FALSE(removed);
    CHECK(removed.error().code == ErrorCode::stale_plan);
    CHECK(removed.error().message.find("evidence") != std::string::npos);
    const auto replaced = Commit::begin(store.artifact, Replace::yes, pin_time);
    REQUIRE_FALSE(replaced);
    CHECK(replaced.error().code == ErrorCode::target_exists);
    CHECK(store.listed().state == SnapshotState::complete);

    const auto gone = unpin_snapshot(store.artifact, pin_time);
    REQUIRE(gone);
    CHECK(gone->reason == "evidence");
    CHECK(Commit::begin(store.artifact, Replace::yes, pin_time));
    REQUIRE(remove_snapshot(store.artifact, store.checksum(), pin_time));
    CHECK(fs::is_empty(store.root));
}

TEST_CASE("a second pin needs force, and what is no committed snapshot takes none",
          "[snapshot][pin]") {
    PinnedStore store;
    REQUIRE(pin_snapshot(store.artifact, pin_for("one"), Replace::no));
    CHECK(pin_snapshot(store.artifact, pin_for("two"), Replace::no).error().code ==
          ErrorCode::target_exists);
    CHECK(store.listed().pinned == "one");
    REQUIRE(pin_snapshot(store.artifact, pin_for("two"), Replace::yes));
    CHECK(store.listed().pinned == "two");
    REQUIRE(unpin_snapshot(store.artifact, pin_time));
    CHECK(unpin_snapshot(store.artifact, pin_time).error().code == ErrorCode::not_found);

    const auto code_for = [](const fs::path& artifact) {
        const auto pinned = pin_snapshot(artifact, pin_for("x"), Replace::no);
        return pinned ? std::nullopt : std::optional{pinned.error().code};
    };
    CHECK(code_for(store.root / "none.sqlite") == ErrorCode::not_found);
    write_all(store.root / "legacy.sqlite", "bytes");
    CHECK(code_for(store.root / "legacy.sqlite") == ErrorCode::manifest_mismatch);
    {
        const auto held =
            Lease::take(hidden_beside(store.artifact, claim_suffix), "a test", pin_time);
        CHECK(code_for(store.artifact) == ErrorCode::lease_held);
    }
    fs::rename(manifest_of(store.artifact), hidden_beside(store.artifact, intent_suffix));
    CHECK(code_for(store.artifact) == ErrorCode::unfinished_snapshot);
    CHECK_FALSE(fs::exists(pin_of(store.artifact)));
}

TEST_CASE("pins and files of a run are muster's, the rest of a directory is not",
          "[snapshot][pin][ON-02]") {
    PinnedStore store;
    REQUIRE(pin_snapshot(store.artifact, pin_for("one"), Replace::no));
    for (const auto* name : {"readme.txt", "legacy.sqlite", "b.sqlite.pin", "a.sqlite.pin.old"})
        write_all(store.root / name, "of others");
    for (const auto suffix : {claim_suffix, partial_suffix})
        write_all(hidden_beside(store.root / "coming.sqlite", suffix), "");
    CHECK(mend_folder(store.root, pin_time));
    const LocalStore local{store.root};
    const auto others = files_of_others(local, *list_snapshots("near", local));
    REQUIRE(others);
    CHECK(*others == std::vector<std::string>{"a.sqlite.pin.old", "b.sqlite.pin", "legacy.sqlite",
                                              "readme.txt"});
    CHECK(store.listed().pinned == "one");
}

}  // namespace muster
