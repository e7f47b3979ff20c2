#include "engine/sqlite/scratch.h"

#include <catch2/catch.hpp>

#include <optional>

#include "tests/support/child.h"
#include "tests/support/database_files.h"
#include "tests/support/temp_folder.h"

namespace muster {

using namespace test;

TEST_CASE("a scratch folder is private and goes with its content", "[sqlite][scratch]") {
    const TempFolder folder;
    fs::path path;
    {
        auto scratch = ScratchFolder::make(folder / "new");
        REQUIRE(scratch);
        path = scratch->path();
        CHECK(fs::status(path).permissions() == fs::perms::owner_all);
        write_all(path / "copy.db", "content");
        const std::optional<ScratchFolder> moved{*std::move(scratch)};
        CHECK(fs::exists(path / "copy.db"));
    }
    CHECK_FALSE(fs::exists(path));
    CHECK(fs::is_empty(folder / "new"));
}

TEST_CASE("what a killed process left goes with the next one, what a living one has stays",
          "[sqlite][scratch]") {
    const TempFolder folder;
    Child living{[&](const Child::Ready& ready) {
        const auto scratch = ScratchFolder::make(folder.path());
        ready();
        stay();
    }};
    Child dead{[&](const Child::Ready& ready) {
        const auto scratch = ScratchFolder::make(folder.path());
        write_all(scratch->path() / "copy.db", "content");
        ready();
        stay();
    }};
    const auto count = [&] {
        return std::distance(fs::directory_iterator{folder.path()}, fs::directory_iterator{});
    };
    fs::create_directory(folder / "somebody-elses");
    CHECK(count() == 3);
    dead.kill();
    {
        const auto scratch = ScratchFolder::make(folder.path());
        CHECK(count() == 3);
    }
    CHECK(count() == 2);
}

TEST_CASE("copied bytes are the same and private", "[sqlite][scratch]") {
    const TempFolder folder;
    const std::string bytes = GENERATE(std::string{}, std::string(3'000'001, 'x'));
    write_all(folder / "a", bytes);
    const auto file = File::open_read(folder / "a");
    REQUIRE(file);
    REQUIRE(copy_bytes(*file, folder / "b"));
    CHECK(read_all(folder / "b") == bytes);
    CHECK(fs::status(folder / "b").permissions() ==
          (fs::perms::owner_read | fs::perms::owner_write));
    CHECK(copy_bytes(*file, folder / "b").error().code == ErrorCode::target_exists);
}

}  // namespace muster
