#include "engine/snapshot/restore.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include <algorithm>

#include "tests/support/checks.h"
#include "tests/support/restore_scene.h"

namespace muster {

using namespace test;

TEST_CASE("a restore replaces the database and keeps what was there",
          "[snapshot][restore][VV-06][EE-05]") {
    RestoreScene scene;
    fs::permissions(scene.target, fs::perms{0640});
    const auto done = scene.restore();
    CHECK(scene.first_item() == "tea");
    CHECK(fs::path{done.restored.safety_copy}.filename() ==
          "shop.db.pre-restore-20261120T100000Z.sqlite3");
    CHECK(App{done.restored.safety_copy}.value("SELECT item FROM orders LIMIT 1") == "later");
    CHECK(status_of(scene.target)->mode == 0640);
    CHECK_FALSE(done.failure);
    CHECK(std::ranges::none_of(done.findings, fails));
}

TEST_CASE("an existing target is refused without force, and nothing changes",
          "[snapshot][restore][VV-06][VV-07]") {
    RestoreScene scene;
    scene.step.force = false;
    const auto before = state_of(scene.folder / "data");
    CHECK(restore_backup(scene.step, scene.test.host).error().code == ErrorCode::target_exists);
    CHECK(state_of(scene.folder / "data") == before);
}

TEST_CASE("what the step's checks refuse never takes the database's place",
          "[snapshot][restore][VV-06][AZ-04]") {
    RestoreScene scene;
    scene.step.in_place = GENERATE(false, true);
    SECTION("an answer") {
        scene.step.checks = {check_of("many", "SELECT count(*) FROM orders", ">= 100")};
    }
    SECTION("a program") {
        CheckSpec check;
        check.name = "own tool";
        check.command = {"false", "{database}"};
        scene.step.checks = {check};
    }
    SECTION("a payload") {
        CheckSpec check;
        check.name = "payloads";
        check.blobs = BlobCheck{"orders", "item", "amount"};
        check.depth = Depth::deep;
        scene.step.checks = {check};
    }
    const auto before = state_of(scene.folder / "data");
    const auto refused = restore_backup(scene.step, scene.test.host);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::damaged);
    CHECK(refused.error().text().find(scene.step.checks.front().name) != std::string::npos);
    CHECK(state_of(scene.folder / "data") == before);
}

TEST_CASE("payloads that fit their hashes are restored", "[snapshot][restore][VV-06]") {
    RestoreScene scene;
    App{scene.target}.run(
        "CREATE TABLE files(data, hash); INSERT INTO files VALUES ('a',"
        "'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb')");
    const auto artifact = scene.folder / "out/files.sqlite";
    REQUIRE(take_snapshot(step_for(scene.target, artifact), scene.test.host));
    scene.step.backup = artifact.string();
    CheckSpec check;
    check.name = "payloads";
    check.blobs = BlobCheck{"files", "data", "hash"};
    check.depth = Depth::deep;
    scene.step.checks = {check};
    const auto done = scene.restore();
    CHECK_FALSE(done.failure);
    CHECK(std::ranges::count(done.findings, "check", &Finding::code) == 1);
}

TEST_CASE("a program is asked once, before the swap, of a copy of what is staged",
          "[snapshot][restore][AZ-04]") {
    RestoreScene scene;
    CheckSpec check;
    check.name = "own tool";
    // The database still holds 'later'; the copy is told by the backup's 'tea', then spoilt.
    check.command = {"sh", "-c",
                     "grep -q later '" + scene.target.string() +
                         "' && grep -q tea \"$1\" && echo spoilt > \"$1\"",
                     "tool", "{database}"};
    scene.step.checks = {check};
    const auto done = scene.restore();
    CHECK_FALSE(done.failure);
    CHECK(scene.first_item() == "tea");
    CHECK(std::ranges::count(done.findings, "check", &Finding::code) == 1);
}

TEST_CASE("a restore whose result fails its validation is rolled back",
          "[snapshot][restore][VV-06]") {
    RestoreScene scene;
    scene.step.checks = {check_of("all", "SELECT count(*) FROM orders", "3")};
    SECTION("over a sound database") {
        scene.spoil_staged();
        const auto done = scene.restore();
        REQUIRE(done.failure);
        CHECK(done.failure->code == ErrorCode::rolled_back);
        CHECK(done.restored.rolled_back);
        CHECK(scene.first_item() == "later");
    }
    SECTION("over a damaged one") {
        write_all(scene.target, std::string(4096, 'x'));
        scene.spoil_staged();
        const auto done = scene.restore();
        REQUIRE(done.failure);
        CHECK(read_all(scene.target) == std::string(4096, 'x'));
    }
    SECTION("where there was none") {
        scene.step.target = (scene.folder / "data/new.db").string();
        scene.spoil_staged();
        const auto done = scene.restore();
        REQUIRE(done.failure);
        CHECK_FALSE(fs::exists(scene.step.target));
    }
}

TEST_CASE("a safety snapshot never replaces an earlier one", "[snapshot][restore][EE-05]") {
    RestoreScene scene;
    scene.step.in_place = GENERATE(false, true);
    scene.step.safety_suffix = "before";
    scene.restore();
    const auto before = state_of(scene.folder / "data");
    const auto refused = restore_backup(scene.step, scene.test.host);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::target_exists);
    CHECK(refused.error().hint.find("--safety-suffix") != std::string::npos);
    CHECK(refused.error().hint.find("--force") == std::string::npos);
    CHECK(state_of(scene.folder / "data") == before);
}

TEST_CASE("a damaged database is set aside, since no snapshot can be taken of it",
          "[snapshot][restore]") {
    RestoreScene scene;
    write_all(scene.target, std::string(4096, 'x'));
    const auto done = scene.restore();
    CHECK(done.restored.safety_copy.empty());
    CHECK(read_all(done.restored.set_aside) == std::string(4096, 'x'));
    CHECK(scene.first_item() == "tea");
}

TEST_CASE("a link names the database behind it, and stays a link", "[snapshot][restore]") {
    RestoreScene scene;
    const auto link = scene.folder / "link.db";
    fs::create_symlink(scene.target, link);
    scene.step.target = link.string();
    scene.restore();
    CHECK(fs::is_symlink(link));
    CHECK(scene.first_item() == "tea");
}

TEST_CASE("what cannot be replaced safely is refused", "[snapshot][restore]") {
    RestoreScene scene;
    auto wanted = ErrorCode::internal;
    SECTION("several names") {
        fs::create_hard_link(scene.target, scene.folder / "second.db");
        wanted = ErrorCode::hard_links;
    }
    SECTION("a folder") {
        scene.step.target = scene.folder.path().string();
        wanted = ErrorCode::not_a_file;
    }
    SECTION("the backup itself") {
        scene.step.target = scene.step.backup;
        wanted = ErrorCode::usage;
    }
    const auto before = state_of(scene.folder / "data");
    CHECK(restore_backup(scene.step, scene.test.host).error().code == wanted);
    CHECK(state_of(scene.folder / "data") == before);
}

TEST_CASE("an interrupted restore leaves the database as it was", "[snapshot][restore]") {
    RestoreScene scene;
    int asked = 0;
    const int limit = GENERATE(0, 1);  // asked while staging, and while copying what is there
    scene.test.host.keep_going = [&]() -> Result<> {
        if (asked++ >= limit) return fail(ErrorCode::interrupted, "stopped");
        return {};
    };
    REQUIRE_FALSE(restore_backup(scene.step, scene.test.host));
    CHECK(scene.first_item() == "later");
    for (const auto& entry : fs::directory_iterator{scene.folder / "data"})
        CHECK(entry.path().filename().string().find(".muster-") == std::string::npos);
}

TEST_CASE("a restore in place is seen by those who have the database open",
          "[snapshot][restore][in_place]") {
    RestoreScene scene;
    scene.step.in_place = true;
    App user{scene.target};
    CHECK(user.value("SELECT item FROM orders LIMIT 1") == "later");
    const auto inode = status_of(scene.target)->inode;
    const auto done = scene.restore();
    CHECK(user.value("SELECT item FROM orders LIMIT 1") == "tea");
    CHECK(user.value("PRAGMA journal_mode") == "wal");
    CHECK(status_of(scene.target)->inode == inode);
    CHECK(App{done.restored.safety_copy}.value("SELECT item FROM orders LIMIT 1") == "later");
    CHECK(std::ranges::none_of(done.findings,
                               [](const auto& each) { return each.code == "holders"; }));
    CHECK_FALSE(fs::exists(hidden_beside(scene.target, staged_suffix)));
    user.run("INSERT INTO orders(item) VALUES ('after')");
    CHECK(user.value("PRAGMA integrity_check") == "ok");
}

TEST_CASE("a restore in place is rolled back in place", "[snapshot][restore][in_place]") {
    RestoreScene scene;
    scene.step.in_place = true;
    scene.step.checks = {check_of("all", "SELECT count(*) FROM orders", "3")};
    scene.spoil_staged();
    App user{scene.target};
    const auto done = scene.restore();
    REQUIRE(done.failure);
    CHECK(done.failure->code == ErrorCode::rolled_back);
    CHECK(user.value("SELECT item FROM orders LIMIT 1") == "later");
}

TEST_CASE("a restore in place refuses what it cannot write through",
          "[snapshot][restore][in_place]") {
    RestoreScene scene;
    scene.step.in_place = true;
    SECTION("a target that is no sound database") {
        write_all(scene.target, std::string(8192, 'x'));
        fs::remove(scene.target.string() + "-wal");
        fs::remove(scene.target.string() + "-shm");
        const auto refused = restore_backup(scene.step, scene.test.host);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == ErrorCode::damaged);
        CHECK(read_all(scene.target) == std::string(8192, 'x'));
    }
    SECTION("a target with a log and pages of another size") {
        fs::remove(scene.target);
        make_database(scene.target,
                      "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; CREATE TABLE t(a)");
        App user{scene.target};
        user.run("INSERT INTO t VALUES (1)");
        const auto refused = restore_backup(scene.step, scene.test.host);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == ErrorCode::usage);
        CHECK(user.value("SELECT count(*) FROM t") == "1");
    }
    CHECK_FALSE(fs::exists(hidden_beside(scene.target, staged_suffix)));
}

}  // namespace muster
