#include "engine/snapshot/delta/zstd_state.h"

#include <catch2/catch.hpp>
#include <cstdlib>

#include "tests/support/artifacts.h"

namespace muster {

using namespace test;

namespace {

std::string read_part(const DatabaseState& state, std::uint64_t offset, std::size_t count) {
    std::string out(count, '\0');
    const auto read = state.read(offset, std::as_writable_bytes(std::span{out}));
    return read ? out : read.error().message;
}

void run_here(const std::string& command) {
    REQUIRE(std::system(command.c_str()) == 0);
}

}  // namespace

TEST_CASE("a .zst file is read here and there", "[snapshot][delta]") {
    const TempFolder folder;
    const auto content = prose(mib * 2 + 300 * kib) + noise(mib + 5) + std::string(mib, '\0');
    REQUIRE(make_artifact(folder / "a.zst", content, {.compression = Compression::zstd}));
    const auto file = File::open_read(folder / "a.zst");
    const auto state = zstd_state(*file, Bytes{mib});
    REQUIRE(state);
    REQUIRE(*state);
    REQUIRE((*state)->size().count == content.size());
    for (const auto offset : {std::size_t{0}, mib - 1, mib, 2 * mib + 17, content.size() - 1})
        for (const auto count : {std::size_t{1}, std::size_t{4096}, 2 * mib}) {
            const auto part = std::min(count, content.size() - offset);
            CHECK(read_part(**state, offset, part) == content.substr(offset, part));
        }
    CHECK_THAT(read_part(**state, content.size(), 1), Catch::Matchers::Contains("a.zst"));
}

TEST_CASE("what others compressed is read so where its frames tell their size",
          "[snapshot][delta]") {
    const TempFolder folder;
    write_all(folder / "small", prose(300 * kib));
    write_all(folder / "large", prose(20 * mib));
    const auto at = [&](const std::string& name) { return (folder / name).string(); };
    run_here("zstd -q " + at("small") + " -o " + at("small.zst"));
    run_here("zstd -q -19 --no-check " + at("small") + " -o " + at("slow.zst"));
    run_here("zstd -q < " + at("small") + " > " + at("piped.zst"));
    run_here("zstd -q " + at("large") + " -o " + at("large.zst"));
    run_here("pzstd -q " + at("small") + " -o " + at("pzstd.zst"));
    const auto readable = [&](const std::string& name) {
        const auto file = File::open_read(folder / name);
        const auto state = zstd_state(*file);
        REQUIRE(state);
        return *state && read_part(**state, 0, 300 * kib) == prose(300 * kib);
    };
    CHECK(readable("small.zst"));
    CHECK(readable("slow.zst"));
    CHECK_FALSE(readable("piped.zst"));
    CHECK_FALSE(readable("large.zst"));
    CHECK_FALSE(readable("pzstd.zst"));
    CHECK_FALSE(readable("small"));
}

TEST_CASE("a changed or cut .zst file never gives other bytes", "[snapshot][delta]") {
    const TempFolder folder;
    const auto content = prose(20 * kib) + noise(3 * kib);
    REQUIRE(make_artifact(folder / "a.zst", content, {.compression = Compression::zstd}));
    const auto good = read_all(folder / "a.zst");
    enum class Given { nothing, right, other };
    const auto given = [&](const std::string& bytes) {
        write_all(folder / "bad.zst", bytes);
        const auto file = File::open_read(folder / "bad.zst");
        const auto state = zstd_state(*file);
        std::string out(content.size(), '\0');
        if (!state || !*state || (*state)->size().count != content.size() ||
            !(*state)->read(0, std::as_writable_bytes(std::span{out})))
            return Given::nothing;
        return out == content ? Given::right : Given::other;
    };
    CHECK(given(good) == Given::right);
    int unnoticed = 0;
    for (std::size_t at = 0; at < good.size(); at += 3) {
        auto bad = good;
        bad[at] = static_cast<char>(bad[at] ^ 0x41);
        CAPTURE(at);
        CHECK(given(bad) != Given::other);
        unnoticed += given(bad) == Given::right ? 1 : 0;  // a bit that means nothing
        if (at % 5 == 0) CHECK(given(good.substr(0, at)) == Given::nothing);
    }
    CHECK(unnoticed < 5);
}

}  // namespace muster
