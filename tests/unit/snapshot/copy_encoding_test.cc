#include "engine/snapshot/copy_encoding.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "tests/support/artifacts.h"
#include "tests/support/temp_folder.h"

namespace muster {

using namespace test;

namespace {

constexpr std::uint64_t size = 24 * mib + 77;

/// A copy that comes in blocks of 4 MiB, and its encoding.
struct Scene {
    TempFolder folder;
    std::string content = noise(size / 2) + std::string(size - size / 2, 'm');
    CopyEncoding encoding;
    CopyFollower follower = encoding.follower();

    explicit Scene(EncodeOptions options)
        : encoding(folder / "content", folder / "artifact", options) {}

    void grow_all() {
        for (std::uint64_t bytes = 4 * mib; bytes < size; bytes += 4 * mib) append_to(bytes);
        append_to(size);
    }

    /// As a copy does: what has come stays where it is.
    void append_to(std::uint64_t bytes) {
        auto file = fs::exists(folder / "content") ? File::open_read_write(folder / "content")
                                                   : File::create(folder / "content");
        REQUIRE(file);
        const auto there = file->size()->count;
        poke(folder / "content", there, content.substr(there, bytes - there));
        REQUIRE(follower.grown({bytes}, {size}));
    }
    Encoded at_rest(const EncodeOptions& options) {
        write_all(folder / "whole", content);
        const auto from = File::open_read(folder / "whole");
        auto to = File::create(folder / "expected");
        REQUIRE(from);
        REQUIRE(to);
        return encode(*from, *to, options).value();
    }
};

}  // namespace

TEST_CASE("what is encoded as it comes is what is encoded at rest", "[snapshot][format]") {
    EncodeOptions options;
    options.compression = GENERATE(Compression::none, Compression::gzip, Compression::zstd);
    options.workers = GENERATE(1U, 2U, 4U);
    Scene scene{options};
    scene.grow_all();
    scene.encoding.copied();
    const auto encoded = scene.encoding.finish();
    REQUIRE(encoded);
    const auto expected = scene.at_rest(options);
    CHECK(encoded->content_bytes.count == size);
    CHECK(encoded->content_sha256 == expected.content_sha256);
    CHECK(encoded->artifact_sha256 == expected.artifact_sha256);
    CHECK(read_all(scene.folder / "artifact") == read_all(scene.folder / "expected"));
}

TEST_CASE("a copy that begins anew is encoded anew", "[snapshot][format]") {
    EncodeOptions options;
    options.compression = Compression::zstd;
    Scene scene{options};
    for (const auto bytes : {4 * mib, 16 * mib}) scene.append_to(bytes);
    scene.follower.given_up();
    CHECK_FALSE(fs::exists(scene.folder / "artifact"));
    fs::remove(scene.folder / "content");
    std::ranges::reverse(scene.content);
    const bool followed = GENERATE(true, false);
    if (followed)
        scene.grow_all();
    else
        write_all(scene.folder / "content", scene.content);
    scene.encoding.copied();
    REQUIRE(scene.encoding.finish());
    scene.at_rest(options);
    CHECK(read_all(scene.folder / "artifact") == read_all(scene.folder / "expected"));
}

TEST_CASE("a copy that fails leaves nobody waiting", "[snapshot][format]") {
    EncodeOptions options;
    options.compression = Compression::gzip;
    Scene scene{options};
    scene.append_to(8 * mib);
}

TEST_CASE("progress of the encoding is told once the copy is whole", "[snapshot][format]") {
    EncodeOptions options;
    options.compression = Compression::zstd;
    std::atomic<bool> whole = false;
    std::atomic<std::uint64_t> last = 0;
    options.progress = [&](std::uint64_t done, std::uint64_t total) -> Result<> {
        CHECK(whole);
        CHECK(total == size);
        last = done;
        return {};
    };
    Scene scene{options};
    scene.grow_all();
    whole = true;
    scene.encoding.copied();
    REQUIRE(scene.encoding.finish());
    CHECK(last == size);
}

TEST_CASE("an artifact that cannot be written ends the copy", "[snapshot][format]") {
    EncodeOptions options;
    options.compression = Compression::zstd;
    Scene scene{options};
    write_all(scene.folder / "artifact", "in the way");
    write_all(scene.folder / "content", scene.content);
    Result<> grown;
    for (int i = 0; i < 1000 && grown; ++i) {
        grown = scene.follower.grown({4 * mib}, {size});
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    REQUIRE_FALSE(grown);
    CHECK(grown.error().code == ErrorCode::target_exists);
    scene.follower.given_up();
}

}  // namespace muster
