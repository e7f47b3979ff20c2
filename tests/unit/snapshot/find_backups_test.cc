#include "engine/snapshot/find_backups.h"

#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/support/database_files.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test_host.h"

namespace muster {

using namespace test;
using namespace std::string_literals;

namespace {

const std::string database_start = "SQLite format 3\0 and so on"s;

struct Store {
    TempFolder folder;
    TestHost test;

    void put(const std::string& name, const std::string& bytes = database_start) const {
        fs::create_directories((folder / name).parent_path());
        write_all(folder / name, bytes);
    }
    FoundBackups found(const std::vector<std::string>& patterns = {},
                       const std::vector<std::string>& paths = {"."}) const {
        std::vector<fs::path> named;
        for (const auto& path : paths) named.push_back(folder / path);
        auto out = find_backups(named, patterns, test.host);
        REQUIRE(out);
        return *std::move(out);
    }
    std::vector<std::string> names(const std::vector<std::string>& patterns = {},
                                   const std::vector<std::string>& paths = {"."}) const {
        std::vector<std::string> out;
        for (const auto& backup : found(patterns, paths).backups)
            out.push_back(backup.path.lexically_relative(folder.path()).string());
        return out;
    }
};

using Strings = std::vector<std::string>;

}  // namespace

TEST_CASE("what files hold says which are backups", "[snapshot][find][ON-01]") {
    const Store store;
    store.put("b.sqlite");
    store.put("deep/er/c.gz", "\x1f\x8b\x08 compressed");
    store.put("d.zst", "\x28\xb5\x2f\xfd compressed");
    store.put("a", "muster-sealed/1\nkey");
    store.put("e.bin", "anything");
    store.put("e.bin.manifest.json", "{}");
    store.put("notes.txt", "SQLite is fine");
    store.put("short", "SQLite format 3");
    store.put("empty", "");
    CHECK(store.names() == Strings{"a", "b.sqlite", "d.zst", "deep/er/c.gz", "e.bin"});
    CHECK(store.found().passed_over == 3);
    CHECK(store.found().folders == std::vector{store.folder.path()});
}

TEST_CASE("an artifact whose run died counts by its intent", "[snapshot][find]") {
    const Store store;
    store.put("torn.sqlite", "not even a header");
    store.put(".torn.sqlite.muster-intent", "{}");
    CHECK(store.names() == Strings{"torn.sqlite"});
}

TEST_CASE("a pattern says by name which are backups", "[snapshot][find][ON-01]") {
    const Store store;
    store.put("shop-1.sqlite");
    store.put("shop-2.sqlite", "no database");
    store.put("below/shop-3.sqlite");
    store.put("zoo-1.sqlite");
    store.put("zoo-1.sqlite.manifest.json", "{}");
    CHECK(store.names({"shop-*"}) ==
          Strings{"below/shop-3.sqlite", "shop-1.sqlite", "shop-2.sqlite"});
    CHECK(store.found({"shop-*"}).passed_over == 1);
    CHECK(store.names({"zoo-?.sqlite", "shop-1*"}) == Strings{"shop-1.sqlite", "zoo-1.sqlite"});
    CHECK(store.names({"*"}).size() == 4);
    CHECK(store.names({"none*"}).empty());
}

TEST_CASE("what stands beside a backup is none", "[snapshot][find]") {
    const Store store;
    store.put("b.sqlite");
    for (const auto* suffix : {".manifest.json", ".sha256", ".pin", "-wal", "-shm", "-journal"})
        store.put("b.sqlite"s + suffix);
    store.put(".b.sqlite.muster-partial");
    store.put(".hidden.sqlite");
    store.put(".hidden/inside.sqlite");
    store.put("lost+found/0001");
    CHECK(store.names() == Strings{"b.sqlite"});
    CHECK(store.names({"*"}) == Strings{"b.sqlite"});
    CHECK(store.found().passed_over == 3);
    CHECK(store.names({}, {".hidden"}) == Strings{".hidden/inside.sqlite"});
}

TEST_CASE("links are passed over, and followed where they are named", "[snapshot][find]") {
    const Store store;
    store.put("b.sqlite");
    fs::create_directories(store.folder / "other");
    fs::create_symlink(store.folder / "b.sqlite", store.folder / "other/latest");
    fs::create_directory_symlink(store.folder.path(), store.folder / "other/round");
    CHECK(store.names() == Strings{"b.sqlite"});
    CHECK(store.found().passed_over == 2);
    CHECK(store.names({}, {"other/latest"}) == Strings{"other/latest"});
}

TEST_CASE("what is named counts whatever it is, and once", "[snapshot][find][ON-01]") {
    const Store store;
    store.put("d/b.sqlite");
    store.put("d/notes.txt", "words");
    const auto found = store.found({"no*"}, {"d/notes.txt", "d", "d/", "d/../d/notes.txt"});
    REQUIRE(found.backups.size() == 1);
    CHECK(found.backups[0].path == store.folder / "d/notes.txt");
    CHECK(found.backups[0].named);
    CHECK(found.passed_over == 1);
    CHECK(store.found({}, {"d", "d/b.sqlite", "."}).backups.size() == 1);
}

TEST_CASE("a manifest whose artifact is missing is told", "[snapshot][find]") {
    const Store store;
    store.put("lost.sqlite.manifest.json", "{}");
    const auto found = store.found();
    REQUIRE(found.backups.size() == 1);
    CHECK(found.backups[0].path == store.folder / "lost.sqlite");
    REQUIRE(found.backups[0].unread);
    CHECK(found.backups[0].unread->code == ErrorCode::not_found);
    CHECK(store.names({"other*"}).empty());
}

TEST_CASE("what may not be read is not passed over", "[snapshot][find][ON-01]") {
    if (::geteuid() == 0) return;  // who may read everything
    const Store store;
    store.put("closed/b.sqlite");
    store.put("secret", "words");
    fs::permissions(store.folder / "closed", fs::perms::none);
    fs::permissions(store.folder / "secret", fs::perms::none);
    const auto found = store.found();
    fs::permissions(store.folder / "closed", fs::perms::owner_all);
    REQUIRE(found.backups.size() == 2);
    REQUIRE(found.backups[0].unread);
    CHECK(found.backups[0].unread->code == ErrorCode::permission_denied);
    CHECK(found.backups[1].path == store.folder / "secret");
}

TEST_CASE("a path that is not there, and one that is no file, are refused", "[snapshot][find]") {
    const Store store;
    store.put("b.sqlite");
    const auto refusal = [&](const fs::path& path) {
        return find_backups({store.folder / "b.sqlite", path}, {}, store.test.host).error().code;
    };
    CHECK(refusal(store.folder / "absent") == ErrorCode::not_found);
    CHECK(refusal("/dev/null") == ErrorCode::not_a_file);
    *store.test.stopped = true;
    CHECK(refusal(store.folder.path()) == ErrorCode::interrupted);
}

}  // namespace muster
