#include "engine/base/file.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "tests/support/database_files.h"
#include "tests/support/temp_folder.h"

namespace muster {

using test::read_all;
using test::TempFolder;
using test::write_all;

TEST_CASE("a durable write makes folders, keeps the mode, and leaves nothing beside",
          "[base][file][ON-10]") {
    const TempFolder folder;
    const auto file = folder / "a/b/c.json";
    REQUIRE(write_durably(file, "one"));
    REQUIRE(write_durably(file, "two"));
    CHECK(read_all(file) == "two");
    CHECK(status_of(file)->mode == 0600);
    CHECK(status_of(folder / "a")->mode == 0700);
    CHECK(std::distance(fs::directory_iterator{folder / "a/b"}, fs::directory_iterator{}) == 1);
}

TEST_CASE("a durable write that cannot be done leaves what was there", "[base][file]") {
    const TempFolder folder;
    write_all(folder / "file", "here");
    const auto written = write_durably(folder / "file/below", "x");
    REQUIRE_FALSE(written);
    CHECK(read_all(folder / "file") == "here");
    CHECK(written.error().message.find("file") != std::string::npos);
    CHECK_FALSE(written.error().hint.empty());
}

TEST_CASE("a durable write takes its text in pieces", "[base][file][ON-10]") {
    const TempFolder folder;
    const auto file = folder / "c.json";
    REQUIRE(write_durably(file, [](const Sink& sink) -> Result<> {
        MUSTER_CHECK(sink("one, "));
        return sink("two");
    }));
    CHECK(read_all(file) == "one, two");
    const auto failed = write_durably(file, [](const Sink& sink) -> Result<> {
        MUSTER_CHECK(sink("half of"));
        return fail(ErrorCode::internal, "no more", "");
    });
    REQUIRE_FALSE(failed);
    CHECK(failed.error().message == "no more");
    CHECK(read_all(file) == "one, two");
    CHECK(std::distance(fs::directory_iterator{folder / "."}, fs::directory_iterator{}) == 1);
}

TEST_CASE("a rename replaces only where it may", "[base][file]") {
    const TempFolder folder;
    write_all(folder / "from", "new");
    write_all(folder / "to", "old");
    const auto refused = rename_durably(folder / "from", folder / "to", Replace::no);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::target_exists);
    CHECK(read_all(folder / "to") == "old");
    REQUIRE(rename_durably(folder / "from", folder / "to", Replace::yes));
    CHECK(read_all(folder / "to") == "new");
}

TEST_CASE("what the system says of a path follows links", "[base][file]") {
    const TempFolder folder;
    write_all(folder / "file", "12345");
    fs::create_symlink(folder / "file", folder / "link");
    fs::create_hard_link(folder / "file", folder / "other");
    const auto file = status_of(folder / "file"), link = status_of(folder / "link");
    REQUIRE(file);
    REQUIRE(link);
    CHECK(link->same_file(*file));
    CHECK(file->links == 2);
    CHECK(file->size == Bytes{5});
    CHECK_FALSE(status_of(folder / "absent")->exists);
    CHECK_FALSE(status_of(folder / "file/below")->exists);
    CHECK_FALSE(status_of(folder / "absent")->same_file(*status_of(folder / "absent")));
}

TEST_CASE("a real path follows links, also of what is not there", "[base][file]") {
    const TempFolder folder;
    const auto real = fs::canonical(folder.path());
    fs::create_directories(folder / "deep/er");
    write_all(folder / "deep/file", "");
    fs::create_directory_symlink("deep", folder / "short");
    fs::create_symlink("short/absent", folder / "broken");
    fs::create_symlink("turning", folder / "turning");
    CHECK(real_path(folder / "short/file") == real / "deep/file");
    CHECK(real_path(folder / "short/er/../file") == real / "deep/file");
    CHECK(real_path(folder / "broken") == real / "deep/absent");
    CHECK(real_path(folder / "broken/below") == real / "deep/absent/below");
    CHECK(real_path(folder / "short/new/newer/") == real / "deep/new/newer");
    CHECK(real_path(folder / "short/new/../newer") == real / "deep/newer");
    CHECK(real_path(folder / "turning") == real / "turning");
    fs::create_symlink("growing/more", folder / "growing");
    CHECK(real_path(folder / "growing") == real / "growing");
    CHECK(real_path(folder / "growing/x") == real / "growing/x");
    std::string long_path = "/";
    for (int i = 0; i < 100'000; ++i) long_path += "x/";
    CHECK(real_path(long_path) == long_path);
    CHECK(real_path(folder / "short/new/../../absent") == real / "absent");
    CHECK(real_path(folder / "short/../absent") == real / "absent");
    CHECK(real_path("absent") == fs::current_path() / "absent");
    CHECK(real_path("/absent") == "/absent");
    CHECK(real_path("/") == "/");
    CHECK(real_path("") == "");
}

TEST_CASE("a folder cannot be read as a file, and the error says so", "[base][file]") {
    const TempFolder folder;
    CHECK(File::open_read(folder.path()).error().code == ErrorCode::not_a_file);
    CHECK(File::open_read(folder / "absent").error().code == ErrorCode::not_found);
}

TEST_CASE("a text beyond its limit is refused", "[base][file]") {
    const TempFolder folder;
    write_all(folder / "file", std::string(100, 'x'));
    CHECK(read_text(folder / "file", Bytes{100}));
    CHECK(read_text(folder / "file", Bytes{99}).error().code == ErrorCode::usage);
}

TEST_CASE("free space is asked of the nearest folder that exists", "[base][file]") {
    const TempFolder folder;
    CHECK(free_space(folder / "not/yet/there")->count > 0);
    CHECK(require_space(folder.path(), Bytes{1}, "a test"));
    const auto refused = require_space(folder.path(), Bytes{std::uint64_t{1} << 60U}, "a test");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::no_space);
    CHECK(refused.error().message.find("a test needs") == 0);
}

TEST_CASE("bytes are read at any offset, also across the end", "[base][file]") {
    const TempFolder folder;
    write_all(folder / "file", "0123456789");
    const auto file = File::open_read(folder / "file");
    REQUIRE(file);
    std::array<std::byte, 4> into{};
    CHECK(file->read_at(8, into) == 2);
    CHECK(static_cast<char>(into[0]) == '8');
    CHECK(sha256_of_file(folder / "file") == sha256_of("0123456789"));
}

}  // namespace muster
