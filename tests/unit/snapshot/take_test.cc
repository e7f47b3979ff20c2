#include "engine/snapshot/take.h"

#include <catch2/catch.hpp>

#include "engine/snapshot/commit.h"
#include "engine/snapshot/names.h"
#include "tests/support/backups.h"
#include "tests/support/temp_folder.h"

namespace muster {

using namespace test;

TEST_CASE("a snapshot is an artifact and a manifest that describes its bytes",
          "[snapshot][take][VV-01]") {
    const TempFolder folder;
    const TestHost test;
    make_shop(folder / "shop.db");
    auto step = step_for(folder / "shop.db", folder / "out/shop.sqlite");
    step.volume_id = "vol_7";
    step.revision_sql = "SELECT max(id) FROM orders";
    const auto taken = take_snapshot(step, test.host);
    REQUIRE(taken);
    const auto manifest = read_manifest(folder / "out/shop.sqlite");
    REQUIRE(manifest);
    REQUIRE(*manifest);
    CHECK(**manifest == taken->snapshot.manifest);
    CHECK((*manifest)->volume_id == "vol_7");
    CHECK((*manifest)->revision == 3);
    CHECK((*manifest)->schema_version == 4);
    CHECK((*manifest)->created_at == *test.time);
    CHECK((*manifest)->checksum_sha256 == sha256_of(read_all(folder / "out/shop.sqlite")));
    CHECK((*manifest)->bytes_written == Bytes{fs::file_size(folder / "out/shop.sqlite")});
    CHECK(status_of(folder / "out/shop.sqlite")->mode == 0600);
    CHECK(std::distance(fs::directory_iterator{folder / "out"}, fs::directory_iterator{}) == 2);
}

TEST_CASE("an existing artifact stays, unless it is to be replaced", "[snapshot][take][VV-02]") {
    const TempFolder folder;
    const TestHost test;
    make_shop(folder / "shop.db");
    auto step = step_for(folder / "shop.db", folder / "out/shop.sqlite");
    REQUIRE(take_snapshot(step, test.host));
    const auto before = state_of(folder / "out");
    const auto refused = take_snapshot(step, test.host);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::target_exists);
    CHECK(state_of(folder / "out") == before);
    step.place.replace = true;
    CHECK(take_snapshot(step, test.host));
}

TEST_CASE("a snapshot never lands on the database, however the place is spelled",
          "[snapshot][take][VV-02]") {
    const TempFolder folder;
    const TestHost test;
    const auto source = folder / "data/shop.db";
    fs::create_directories(source.parent_path());
    make_shop(source, "DELETE");
    fs::create_directory_symlink(folder / "data", folder / "other");
    fs::create_symlink(source, folder / "link.db");
    const auto* spelling =
        GENERATE("data/shop.db", "data/../data/shop.db", "other/shop.db", "link.db");
    auto step = step_for(source, folder / spelling);
    step.place.replace = true;
    const auto before = state_of(folder / "data");
    const auto refused = take_snapshot(step, test.host);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::live_database);
    CHECK(state_of(folder / "data") == before);
}

TEST_CASE("a snapshot never replaces another database that is in use", "[snapshot][take][VV-02]") {
    const TempFolder folder;
    const TestHost test;
    make_shop(folder / "shop.db");
    make_shop(folder / "other.db");
    App user{folder / "other.db"};
    user.run("INSERT INTO orders(item) VALUES ('kept')");
    auto step = step_for(folder / "shop.db", folder / "other.db");
    step.place.replace = true;
    const auto refused = take_snapshot(step, test.host);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::live_database);
}

TEST_CASE("only a snapshot is replaced, and only by a sound one", "[snapshot][take][VV-02]") {
    const TempFolder folder;
    const TestHost test;
    make_shop(folder / "shop.db", "DELETE");
    auto step = step_for(folder / "shop.db", folder / "out/shop.sqlite");
    step.place.replace = true;
    SECTION("not somebody's closed database") {
        fs::create_directories(folder / "out");
        make_shop(folder / "out/shop.sqlite", "DELETE");
        CHECK(take_snapshot(step, test.host).error().code == ErrorCode::target_exists);
    }
    SECTION("not by a damaged one") {
        REQUIRE(take_snapshot(step, test.host));
        const auto good = read_all(folder / "out/shop.sqlite");
        poke(folder / "shop.db", 4096, std::string(64, '\xff'));
        CHECK(take_snapshot(step, test.host).error().code == ErrorCode::damaged);
        CHECK(read_all(folder / "out/shop.sqlite") == good);
    }
}

TEST_CASE("a name of the same second waits for the next", "[snapshot][take]") {
    const TempFolder folder;
    TestHost test;
    make_shop(folder / "shop.db");
    auto step = step_for(folder / "shop.db", folder / "out/x");
    step.place.layout = "{target}-{timestamp}";
    const auto first = take_snapshot(step, test.host);
    REQUIRE(first);
    int asked = 0;
    test.host.now = [&] { return *test.time + std::chrono::seconds{asked++ > 2 ? 1 : 0}; };
    const auto second = take_snapshot(step, test.host);
    REQUIRE(second);
    CHECK(second->snapshot.key != first->snapshot.key);
}

TEST_CASE("an interrupted snapshot leaves nothing", "[snapshot][take]") {
    const TempFolder folder;
    const TestHost test;
    make_shop(folder / "shop.db");
    *test.stopped = true;
    const auto stopped =
        take_snapshot(step_for(folder / "shop.db", folder / "out/shop.sqlite"), test.host);
    REQUIRE_FALSE(stopped);
    CHECK(stopped.error().code == ErrorCode::interrupted);
    CHECK(fs::is_empty(folder / "out"));
}

TEST_CASE("a schema_version query that answers no number is an error that names it",
          "[snapshot][take]") {
    const TempFolder folder;
    const TestHost test;
    make_shop(folder / "shop.db");
    auto step = step_for(folder / "shop.db", folder / "out/shop.sqlite");
    step.schema_version_sql = "SELECT item FROM orders";
    const auto refused = take_snapshot(step, test.host);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.find("schema_version") != std::string::npos);
    CHECK(fs::is_empty(folder / "out"));
}

}  // namespace muster
