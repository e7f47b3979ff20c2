#include <catch2/catch.hpp>

#include <chrono>
#include <thread>

#include "tests/support/artifacts.h"

namespace muster {

using namespace test;

namespace {

/// An artifact of `head` and a GiB of zeroes: one piece of zeroes, compressed, many times over.
fs::path make_bomb(const TempFolder& folder, const std::string& head, Compression compression) {
    auto first = head;
    first.resize(mib);
    REQUIRE(make_artifact(folder / "first", first, {compression, nullptr, 1, {}}));
    REQUIRE(
        make_artifact(folder / "zeroes", std::string(mib, '\0'), {compression, nullptr, 1, {}}));
    auto bytes = read_all(folder / "first");
    const auto zeroes = read_all(folder / "zeroes");
    for (int i = 0; i < 1024; ++i) bytes += zeroes;
    write_all(folder / "bomb", bytes);
    return folder / "bomb";
}

/// Counts what is let through, and keeps none of it.
Result<Decoded> count(const fs::path& artifact, std::optional<Bytes> limit, std::uint64_t& passed) {
    MUSTER_TRY(const auto file, File::open_read(artifact));
    passed = 0;
    return decode(file, {{}, limit, {}}, [&](std::span<const std::byte> piece) -> Result<> {
        passed += piece.size();
        return {};
    });
}

std::ptrdiff_t threads() {
    return std::distance(fs::directory_iterator{"/proc/self/task"}, fs::directory_iterator{});
}

/// Whether the threads of this process become `count` again. The kernel lists a thread for a moment
/// after it was joined, longer on a busy machine.
bool back_to(std::ptrdiff_t count) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    while (threads() != count) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    return true;
}

Failure enough() {
    return fail(ErrorCode::interrupted, "enough", "go on");
}

}  // namespace

TEST_CASE("a bomb is refused before it fills the disk", "[snapshot][format]") {
    const TempFolder folder;
    const auto compression = GENERATE(Compression::gzip, Compression::zstd);
    std::uint64_t passed = 0;
    SECTION("behind the header of a small database") {
        const auto bomb = make_bomb(folder, database_header(10), compression);
        const auto refused = count(bomb, std::nullopt, passed);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == ErrorCode::damaged);
        CHECK(refused.error().message.find("decompresses to more than") != std::string::npos);
        CHECK(passed <= 40960 + mib);
    }
    SECTION("of nothing but zeroes") {
        const auto bomb = make_bomb(folder, "", compression);
        CHECK(count(bomb, std::nullopt, passed).error().code == ErrorCode::not_a_database);
        CHECK(passed == 0);
        CHECK(count(bomb, Bytes{10 * mib}, passed).error().code == ErrorCode::damaged);
        CHECK(passed <= 10 * mib);
    }
}

TEST_CASE("a limit is the most content, not less", "[snapshot][format]") {
    const TempFolder folder;
    const auto compression = GENERATE(Compression::none, Compression::gzip, Compression::zstd);
    REQUIRE(make_artifact(folder / "a", noise(2 * mib), {compression, nullptr, 2, {}}));
    std::uint64_t passed = 0;
    CHECK(count(folder / "a", Bytes{2 * mib}, passed));
    CHECK(count(folder / "a", Bytes{2 * mib - 1}, passed).error().code == ErrorCode::damaged);
    CHECK(passed < 2 * mib);
}

TEST_CASE("a database may be longer than its header says by a little", "[snapshot][format]") {
    const TempFolder folder;
    const auto compression = GENERATE(Compression::gzip, Compression::zstd);
    const auto extra = GENERATE(std::uint64_t{0}, mib, mib + 1);
    const auto content = database_like(10) + std::string(extra, '\0');
    REQUIRE(make_artifact(folder / "a", content, {compression, nullptr, 2, {}}));
    std::uint64_t passed = 0;
    CHECK(count(folder / "a", std::nullopt, passed).has_value() == (extra <= mib));
}

TEST_CASE("a length that SQLite did not count bounds nothing", "[snapshot][format]") {
    const TempFolder folder;
    auto content = database_like(10);
    content[27] = '\x05';  // the change counter; the count was valid for change 0
    content += std::string(2 * mib, '\0');
    REQUIRE(make_artifact(folder / "a", content, {Compression::zstd, nullptr, 2, {}}));
    std::uint64_t passed = 0;
    CHECK(count(folder / "a", std::nullopt, passed));
}

TEST_CASE("what is no database ends the decoding at once", "[snapshot][format]") {
    const TempFolder folder;
    const auto compression = GENERATE(Compression::none, Compression::gzip, Compression::zstd);
    const bool sealed = GENERATE(false, true);
    const auto content = GENERATE(std::string{}, std::string{"SQLite format 3"}, noise(3 * mib));
    const std::vector<Key> keys{key_of(1)};
    EncodeOptions options;
    options.compression = compression;
    if (sealed) options.key = keys.data();
    REQUIRE(make_artifact(folder / "a", content, options));
    if (fs::is_empty(folder / "a")) return;
    std::string back;
    const auto refused = read_artifact(folder / "a", {keys, std::nullopt, {}}, back);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::not_a_database);
    CHECK(back.empty());
}

TEST_CASE("two layers are opened, and no third", "[snapshot][format]") {
    const TempFolder folder;
    const std::vector<Key> keys{key_of(1)};
    REQUIRE(
        make_artifact(folder / "inner", database_like(3), {Compression::gzip, keys.data(), 1, {}}));
    const auto outer = GENERATE(Compression::gzip, Compression::zstd, Compression::none);
    REQUIRE(
        make_artifact(folder / "outer", read_all(folder / "inner"), {outer, keys.data(), 1, {}}));
    std::string back;
    CHECK(read_artifact(folder / "outer", {keys, std::nullopt, {}}, back).error().code ==
          ErrorCode::not_a_database);
}

TEST_CASE("a failure of the sink or of the progress ends a decoding", "[snapshot][format]") {
    const TempFolder folder;
    const auto compression = GENERATE(Compression::none, Compression::gzip, Compression::zstd);
    REQUIRE(make_artifact(folder / "a", database_like(1500), {compression, nullptr, 2, {}}));
    const auto before = threads();
    const auto file = File::open_read(folder / "a");
    int pieces = 0;
    const auto by_sink = decode(*file, {}, [&](std::span<const std::byte>) -> Result<> {
        if (++pieces == 3) return enough();
        return {};
    });
    REQUIRE_FALSE(by_sink);
    CHECK(by_sink.error().message == "enough");
    CHECK(pieces == 3);
    DecodeOptions options;
    options.progress = [](std::uint64_t done, std::uint64_t total) -> Result<> {
        CHECK(done <= total);
        return enough();
    };
    pieces = 0;
    const auto by_progress = decode(*file, options, [&](std::span<const std::byte>) -> Result<> {
        ++pieces;
        return {};
    });
    CHECK(by_progress.error().message == "enough");
    CHECK(pieces == 1);
    CHECK(back_to(before));
}

TEST_CASE("a failure of the progress ends an encoding", "[snapshot][format]") {
    const TempFolder folder;
    const auto before = threads();
    EncodeOptions options;
    options.compression = GENERATE(Compression::none, Compression::gzip, Compression::zstd);
    options.workers = 4;
    int calls = 0;
    options.progress = [&](std::uint64_t, std::uint64_t) -> Result<> {
        if (++calls == 2) return enough();
        return {};
    };
    CHECK(make_artifact(folder / "a", noise(20 * mib), options).error().message == "enough");
    CHECK(calls == 2);
    CHECK(back_to(before));
}

TEST_CASE("an exception of the caller's own leaves no thread behind", "[snapshot][format]") {
    const TempFolder folder;
    const auto before = threads();
    EncodeOptions options;
    options.compression = Compression::zstd;
    options.progress = [](std::uint64_t, std::uint64_t) -> Result<> {
        throw std::runtime_error("x");
    };
    CHECK_THROWS_AS(make_artifact(folder / "a", noise(9 * mib), options), std::runtime_error);
    CHECK(back_to(before));
}

TEST_CASE("progress rises to the whole", "[snapshot][format]") {
    const TempFolder folder;
    std::vector<std::uint64_t> encoded{0}, decoded{0};
    EncodeOptions options;
    options.compression = GENERATE(Compression::none, Compression::gzip, Compression::zstd);
    const auto note = [](std::vector<std::uint64_t>& seen) {
        return [&seen](std::uint64_t done, std::uint64_t total) -> Result<> {
            CHECK(done >= seen.back());
            CHECK(done <= total);
            seen.push_back(done);
            return {};
        };
    };
    options.progress = note(encoded);
    REQUIRE(make_artifact(folder / "a", database_like(1000), options));
    CHECK(encoded.back() == 1000 * 4096);
    std::string back;
    REQUIRE(read_artifact(folder / "a", {{}, {}, note(decoded)}, back));
    CHECK(decoded.back() == fs::file_size(folder / "a"));
}

TEST_CASE("a full disk is no_space, and its failure the one returned", "[snapshot][format]") {
    const TempFolder folder;
    const auto key = key_of(1);
    EncodeOptions options;
    options.compression = GENERATE(Compression::none, Compression::gzip, Compression::zstd);
    if (GENERATE(false, true)) options.key = &key;
    write_all(folder / "content", noise(12 * mib));
    const auto from = File::open_read(folder / "content");
    auto full = File::open_read_write("/dev/full");
    REQUIRE(full);
    const auto refused = encode(*from, *full, options);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::no_space);
    CHECK(refused.error().message.find("/dev/full") != std::string::npos);
}

TEST_CASE("content that cannot be read is the failure of an encoding", "[snapshot][format]") {
    const TempFolder folder;
    auto to = File::create(folder / "a");
    const auto from = File::open_read("/proc/self/mem");  // nothing lies at its start
    REQUIRE(from);
    const auto refused = encode(*from, *to, {Compression::gzip, nullptr, 2, {}});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::io);
    CHECK(refused.error().message.find("/proc/self/mem") != std::string::npos);
}

}  // namespace muster
