#include "engine/store/local/local_store.h"

#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/support/database_files.h"
#include "tests/support/temp_folder.h"

namespace muster {

using namespace test;

TEST_CASE("a store lists every file below it, and follows no link", "[store]") {
    const TempFolder folder;
    fs::create_directories(folder / "s/b");
    write_all(folder / "s/b/.hidden", "12");
    write_all(folder / "s/a", "1");
    write_all(folder / "outside", "x");
    fs::create_symlink(folder / "outside", folder / "s/link");
    const auto files = LocalStore{folder / "s"}.list();
    REQUIRE(files);
    REQUIRE(files->size() == 2);
    CHECK((*files)[0].key == "a");
    CHECK((*files)[1].key == "b/.hidden");
    CHECK((*files)[1].bytes == Bytes{2});
    CHECK(LocalStore{folder / "absent"}.list()->empty());
}

TEST_CASE("a store that cannot be is told, and nothing is made to find out", "[store]") {
    const TempFolder folder;
    CHECK(LocalStore{folder / "new/store"}.can_be_written());
    CHECK_FALSE(fs::exists(folder / "new"));
    write_all(folder / "file", "x");
    const auto refused = LocalStore{folder / "file"}.can_be_written();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::store_unreachable);
    CHECK_FALSE(LocalStore{folder / "file/below"}.can_be_written());
}

}  // namespace muster
