#include <catch2/catch.hpp>
#include <cstdlib>

#include "tests/support/artifacts.h"

namespace muster {

using namespace test;

namespace {

constexpr Bytes no_bound{std::uint64_t{1} << 40U};

std::string output_of(const std::string& command, const fs::path& into) {
    REQUIRE(std::system((command + " > '" + into.string() + "'").c_str()) == 0);
    return read_all(into);
}

}  // namespace

TEST_CASE("content comes back from every form, whatever its size", "[snapshot][format]") {
    const TempFolder folder;
    const auto compression = GENERATE(Compression::none, Compression::gzip, Compression::zstd);
    const bool sealed = GENERATE(false, true);
    const bool compressible = GENERATE(false, true);
    const auto size = GENERATE(std::size_t{0}, std::size_t{1}, std::size_t{511}, 64 * kib - 1,
                               64 * kib, 64 * kib + 1, mib - 1, mib, mib + 1, 3 * mib + 17);
    CAPTURE(name_of(compression), sealed, compressible, size);
    const auto content = compressible ? prose(size) : noise(size);
    const std::vector<Key> keys{key_of(1), key_of(2)};
    EncodeOptions options;
    options.compression = compression;
    if (sealed) options.key = &keys[1];
    options.workers = GENERATE(1U, 3U);
    const auto encoded = make_artifact(folder / "a", content, options);
    REQUIRE(encoded);
    const auto bytes = read_all(folder / "a");
    CHECK(encoded->content_bytes.count == size);
    CHECK(encoded->content_sha256 == sha256_of(content));
    CHECK(encoded->artifact_bytes.count == bytes.size());
    CHECK(encoded->artifact_sha256 == sha256_of(bytes));
    if (compressible && size > mib && compression != Compression::none)
        CHECK(bytes.size() < size / 2);

    std::string back;
    const auto decoded = read_artifact(folder / "a", {keys, no_bound, {}}, back);
    if (bytes.empty()) {
        CHECK(decoded.error().code == ErrorCode::damaged);
        return;
    }
    REQUIRE(decoded);
    CHECK((back == content));
    CHECK(decoded->compression == compression);
    CHECK(decoded->key_id == (sealed ? std::optional{keys[1].id()} : std::nullopt));
    CHECK(decoded->artifact_bytes == encoded->artifact_bytes);
    CHECK(decoded->artifact_sha256 == encoded->artifact_sha256);
    CHECK(decoded->content_bytes == encoded->content_bytes);
    CHECK(decoded->content_sha256 == encoded->content_sha256);

    const auto outline = outline_of(*File::open_read(folder / "a"));
    REQUIRE(outline);
    CHECK(outline->key_id == decoded->key_id);
    CHECK(outline->compression == (sealed ? std::nullopt : std::optional{compression}));
}

TEST_CASE("an artifact is the same whatever number of workers made it", "[snapshot][format]") {
    const TempFolder folder;
    const auto content = prose(3 * mib) + noise(2 * mib) + std::string(3 * mib, '\0');
    const auto compression = GENERATE(Compression::gzip, Compression::zstd);
    REQUIRE(make_artifact(folder / "one", content, {compression, nullptr, 1, {}}));
    REQUIRE(make_artifact(folder / "many", content, {compression, nullptr, 7, {}}));
    CHECK((read_all(folder / "one") == read_all(folder / "many")));
}

TEST_CASE("two sealed artifacts of one content differ", "[snapshot][format][seal]") {
    const TempFolder folder;
    const auto key = key_of(1);
    REQUIRE(make_artifact(folder / "a", prose(kib), {Compression::none, &key, 1, {}}));
    REQUIRE(make_artifact(folder / "b", prose(kib), {Compression::none, &key, 1, {}}));
    CHECK(read_all(folder / "a") != read_all(folder / "b"));
}

TEST_CASE("gzip and zstd read what muster compresses", "[snapshot][format]") {
    const TempFolder folder;
    const auto size = GENERATE(std::size_t{0}, std::size_t{511}, 3 * mib + 1);
    // The halves are worth searching differently well, and each piece is judged alone.
    const auto content = prose(size / 2) + noise(size - size / 2);
    REQUIRE(make_artifact(folder / "a.gz", content, {Compression::gzip, nullptr, 2, {}}));
    REQUIRE(make_artifact(folder / "a.zst", content, {Compression::zstd, nullptr, 2, {}}));
    const auto path = (folder / "a").string();
    CHECK(std::system(("gzip -t '" + path + ".gz'").c_str()) == 0);
    CHECK(std::system(("zstd -q -t '" + path + ".zst'").c_str()) == 0);
    CHECK((output_of("gunzip -c '" + path + ".gz'", folder / "out") == content));
    CHECK((output_of("zstd -q -dc '" + path + ".zst'", folder / "out") == content));
    const auto gzip = output_of("gzip -6 -c '" + path + ".gz.content'", folder / "out");
    if (size > mib)
        CHECK(static_cast<double>(fs::file_size(folder / "a.gz")) <=
              1.05 * static_cast<double>(gzip.size()));
}

TEST_CASE("muster reads what gzip and zstd compress", "[snapshot][format]") {
    const TempFolder folder;
    const auto content = database_like(700);
    write_all(folder / "a", content);
    const auto* command = GENERATE("gzip -1 -c", "gzip -9 -c", "zstd -q -1 -c",
                                   "zstd -q -12 --no-check -c", "zstd -q --long=27 -c < ");
    output_of(std::string{command} + " '" + (folder / "a").string() + "'", folder / "b");
    std::string back;
    const auto decoded = read_artifact(folder / "b", {}, back);
    REQUIRE(decoded);
    CHECK(decoded->compression == (command[0] == 'g' ? Compression::gzip : Compression::zstd));
    CHECK((back == content));
}

TEST_CASE("frames of notes in a zstd file are passed over", "[snapshot][format]") {
    const TempFolder folder;
    const std::string note{"\x53\x2a\x4d\x18\x04\0\0\0note", 12};
    const auto content = database_like(3);
    REQUIRE(make_artifact(folder / "a", content, {Compression::zstd, nullptr, 1, {}}));
    std::string back;
    REQUIRE(read_bytes(folder, note + read_all(folder / "a") + note, {}, back));
    CHECK((back == content));
}

TEST_CASE("a zstd window beyond 128 MiB is refused with the way out", "[snapshot][format]") {
    const TempFolder folder;
    write_all(folder / "a", database_like(3));
    output_of("zstd -q --long=31 -c < '" + (folder / "a").string() + "'", folder / "b");
    std::string back;
    const auto refused = read_artifact(folder / "b", {}, back);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::not_available);
    CHECK(refused.error().hint.find("zstd -d --long=31") != std::string::npos);
}

}  // namespace muster
