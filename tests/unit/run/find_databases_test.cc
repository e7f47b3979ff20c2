#include "engine/run/find_databases.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/support/child.h"
#include "tests/support/database_files.h"
#include "tests/support/temp_folder.h"

namespace muster {

using namespace test;

namespace {

void put_database(const fs::path& path) {
    fs::create_directories(path.parent_path());
    make_database(path, "CREATE TABLE t(a)");
}
void put_text(const fs::path& path, const std::string& text = "no database at all") {
    fs::create_directories(path.parent_path());
    write_all(path, text);
}

std::vector<std::string> paths(const FoundDatabases& found) {
    std::vector<std::string> out;
    for (const auto& each : found.databases) out.push_back(each.path);
    return out;
}

using Paths = std::vector<std::string>;

}  // namespace

TEST_CASE("databases are known by what they hold, whatever they are called", "[run][init]") {
    const TempFolder folder;
    for (const auto name : {"shop.db", "no extension", "it's \"odd\".dat", "-dash.db", "bücher.txt",
                            "line\nbreak", "deep/er/orders.sqlite", ".hidden.db"})
        put_database(folder / name);
    put_text(folder / "text.db");
    put_text(folder / "empty.db", "");
    put_text(folder / "short.db", "SQLite format 3");
    put_text(folder / "page size.db",
             std::string{"SQLite format 3\0", 16} + std::string(200, '\0'));
    const auto found = find_databases(folder.path());
    REQUIRE(found);
    CHECK(paths(*found) == Paths{"-dash.db", ".hidden.db", "bücher.txt", "it's \"odd\".dat",
                                 "line\nbreak", "no extension", "shop.db",
                                 "deep/er/orders.sqlite"});
    CHECK(found->notes.empty());
    CHECK(found->databases.back().bytes.count == fs::file_size(folder / "deep/er/orders.sqlite"));
}

TEST_CASE("sidecars, hidden folders and what muster made are no databases", "[run][init]") {
    const TempFolder folder;
    put_database(folder / "shop.db");
    const auto bytes = read_all(folder / "shop.db");
    for (const auto name :
         {"shop.db-wal", "shop.db-journal", ".shop.db.muster-restoring", ".x.sqlite.muster-partial",
          ".git/cache.db", "copy.sqlite", "torn.sqlite"})
        put_text(folder / name, bytes);
    put_text(folder / "copy.sqlite.manifest.json", "{}");
    put_text(folder / ".torn.sqlite.muster-intent", "{}");
    put_text(folder / "orphan-wal", bytes);
    const auto found = find_databases(folder.path());
    REQUIRE(found);
    CHECK(paths(*found) == Paths{"orphan-wal", "shop.db"});
}

TEST_CASE("stores and state directories are passed over, and named", "[run][init]") {
    const TempFolder folder;
    put_database(folder / "data/shop.db");
    put_database(folder / "data/shop-copy.sqlite");
    put_text(folder / "data/shop-copy.sqlite.manifest.json", "{}");
    for (const auto name : {"shop-1.sqlite", "shop-2.sqlite", "legacy.sqlite"})
        put_database(folder / "backups/shop" / name);
    put_text(folder / "backups/shop/shop-1.sqlite.manifest.json", "{}");
    put_text(folder / "backups/shop/shop-2.sqlite.manifest.json", "{}");
    put_database(folder / "state/catalog.db");
    fs::create_directories(folder / "state/records");
    fs::create_directories(folder / "state/journal");
    const auto found = find_databases(folder.path());
    REQUIRE(found);
    CHECK(paths(*found) == Paths{"data/shop.db"});
    REQUIRE(found->notes.size() == 2);
    CHECK(found->notes[0].find("state is a state directory of muster") != std::string::npos);
    CHECK(found->notes[1].find("backups/shop looks like a store (2 snapshots)") !=
          std::string::npos);
}

TEST_CASE("a file beside databases makes a pattern unfit", "[run][init]") {
    const TempFolder folder;
    put_database(folder / "a/one.db");
    put_database(folder / "a/two.sqlite");
    put_text(folder / "a/notes.db");
    put_text(folder / "b/other.txt");
    put_database(folder / "b/one.db");
    put_text(folder / "b/.hidden.db");
    const auto found = find_databases(folder.path());
    REQUIRE(found);
    REQUIRE(paths(*found) == Paths{"a/one.db", "a/two.sqlite", "b/one.db"});
    CHECK(!found->databases[0].uniform);
    CHECK(found->databases[1].uniform);
    CHECK(found->databases[2].uniform);
}

TEST_CASE("links are not followed; those that lead out are named", "[run][init]") {
    const TempFolder folder;
    put_database(folder / "outside/far.db");
    put_text(folder / "outside/text");
    put_database(folder / "root/shop.db");
    fs::create_symlink("shop.db", folder / "root/same.db");
    fs::create_symlink(".", folder / "root/loop");
    fs::create_symlink("nowhere", folder / "root/broken");
    fs::create_symlink("../outside/text", folder / "root/text");
    fs::create_symlink("../outside/far.db", folder / "root/far.db");
    fs::create_symlink("../outside", folder / "root/there");
    REQUIRE(::mkfifo((folder / "root/fifo").c_str(), 0600) == 0);
    const auto found = find_databases(folder / "root");
    REQUIRE(found);
    CHECK(paths(*found) == Paths{"shop.db"});
    REQUIRE(found->notes.size() == 2);
    CHECK(found->notes[0].find("root/far.db leads to") != std::string::npos);
    CHECK(found->notes[1].find("root/there leads to") != std::string::npos);
}

TEST_CASE("every bound that ends the search is told", "[run][init]") {
    const TempFolder folder;
    put_database(folder / "1.db");
    put_database(folder / "2.db");
    put_database(folder / "a/3.db");
    put_database(folder / "a/b/4.db");
    const auto noted = [&](const SearchBounds& bounds, const std::string& text) {
        const auto found = find_databases(folder.path(), bounds);
        return found && found->notes.size() == 1 && found->notes[0].find(text) != std::string::npos;
    };
    SearchBounds bounds;
    bounds.databases = 3;
    CHECK(noted(bounds, "ended after 3 databases"));
    CHECK(find_databases(folder.path(), bounds)->databases.size() == 3);
    bounds = {};
    bounds.depth = 1;
    CHECK(noted(bounds, "/a: folders below it were not looked into (1 levels deep)"));
    CHECK(paths(*find_databases(folder.path(), bounds)) == Paths{"1.db", "2.db", "a/3.db"});
    bounds = {};
    bounds.entries = 4;
    CHECK(noted(bounds, "ended after 4 files and folders"));
    bounds = {};
    bounds.databases = 4;
    bounds.depth = 2;
    CHECK(find_databases(folder.path(), bounds)->notes.empty());
}

TEST_CASE("what may not be read is named", "[run][init]") {
    const TempFolder folder;
    put_database(folder / "shop.db");
    put_database(folder / "closed/far.db");
    put_database(folder / "secret.db");
    fs::permissions(folder.path(), fs::perms{0755});
    fs::permissions(folder / "closed", fs::perms::none);
    fs::permissions(folder / "secret.db", fs::perms::none);
    fs::permissions(folder / "shop.db", fs::perms{0644});
    // Root may read everything: a child that is somebody else looks.
    Child child{[&](const Child::Ready& ready) {
        if (::geteuid() == 0 && ::setuid(65534) != 0) return;
        const auto found = find_databases(folder.path());
        const auto closed = find_databases(folder / "closed");
        if (found && paths(*found) == Paths{"shop.db"} && found->notes.size() == 2 &&
            found->notes[0].find("secret.db: Permission denied") != std::string::npos &&
            found->notes[1].find("closed: Permission denied") != std::string::npos && !closed &&
            closed.error().code == ErrorCode::permission_denied)
            ready();
        stay();
    }};
    child.kill();
    fs::permissions(folder / "closed", fs::perms::owner_all);
}

TEST_CASE("a place that is no folder is refused", "[run][init]") {
    const TempFolder folder;
    put_text(folder / "file");
    CHECK(find_databases(folder / "file").error().code == ErrorCode::not_a_file);
    CHECK(find_databases(folder / "nowhere").error().code == ErrorCode::not_found);
}

}  // namespace muster
