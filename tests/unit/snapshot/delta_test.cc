#include <catch2/catch.hpp>

#include <random>

#include "engine/snapshot/delta/delta_layout.h"
#include "tests/support/artifacts.h"
#include "tests/support/deltas.h"

namespace muster {

using namespace test;

namespace {

constexpr std::uint32_t page = 512;

void check_round_trip(const DeltaScene& scene, const DeltaOptions& options = {}) {
    const auto written = scene.write(options);
    if (!written) FAIL(written.error().text());
    const auto applied = scene.apply();
    if (!applied) FAIL(applied.error().text());
    CHECK(*applied == scene.latter);
}

std::string database_after(const fs::path& path, const std::string& sql) {
    make_database(path, sql);
    return read_all(path);
}

}  // namespace

TEST_CASE("what changed gives the latter state again", "[snapshot][delta]") {
    const auto content = noise(page * 40);
    auto some = content;
    some[page * 3] ^= 1;
    some.replace(page * 20, 30, prose(30));
    SECTION("a little") {
        check_round_trip({content, some, page});
    }
    SECTION("nothing") {
        DeltaScene scene{content, content, page};
        check_round_trip(scene);
        CHECK(scene.bytes() < 256);
    }
    SECTION("everything") {
        check_round_trip({content, noise(page * 40, 2), page});
    }
    SECTION("more pages") {
        check_round_trip({content, some + noise(page * 9, 3), page});
    }
    SECTION("fewer pages") {
        check_round_trip({content, some.substr(0, page * 7), page});
    }
    SECTION("no pages any longer") {
        check_round_trip({content, "", page});
    }
    SECTION("the first pages") {
        check_round_trip({"", content, page});
    }
    SECTION("the largest pages") {
        auto large = noise(65536 * 9);
        auto latter = large;
        latter.erase(70000, 1000);
        latter += noise(1000, 5);
        check_round_trip({large, latter, 65536});
    }
    SECTION("the same bytes whoever writes them") {
        DeltaScene scene{content, some + prose(page * 3000), page};
        check_round_trip(scene, {1, {}});
        const auto alone = read_all(scene.folder / "delta");
        check_round_trip(scene, {4, {}});
        CHECK(read_all(scene.folder / "delta") == alone);
    }
}

TEST_CASE("content that moved costs next to nothing", "[snapshot][delta]") {
    const auto content = noise(page * 2000);
    SECTION("by whole pages") {
        auto latter = content.substr(page * 700) + content.substr(0, page * 700);
        DeltaScene scene{content, latter, page};
        check_round_trip(scene);
        CHECK(scene.bytes() < latter.size() / 40);  // most of it are the marks of pages
    }
    SECTION("by some bytes") {
        auto latter = content;
        latter.insert(page * 100 + 77, "a new row");
        latter.resize(content.size());
        DeltaScene scene{content, latter, page};
        check_round_trip(scene);
        CHECK(scene.bytes() < latter.size() / 40);
    }
}

TEST_CASE("a compacted database costs little", "[snapshot][delta]") {
    const TempFolder folder;
    const auto before = database_after(
        folder / "a.db",
        "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b BLOB); CREATE INDEX t_a ON t(a);"
        "WITH RECURSIVE i(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM i WHERE x < 2000)"
        "INSERT INTO t SELECT x, hex(randomblob(20)), randomblob(2000) FROM i");
    const auto after = database_after(folder / "a.db", "DELETE FROM t WHERE id % 9 = 4; VACUUM;");
    DeltaScene scene{before, after, 4096};
    check_round_trip(scene);
    CHECK(scene.bytes() < after.size() / 15);
}

TEST_CASE("random histories come back bit for bit", "[snapshot][delta]") {
    const unsigned seed = GENERATE(range(1U, 5U));
    INFO("seed " << seed);
    std::mt19937_64 random{seed};
    auto state = prose(page * 30);
    for (int round = 0; round < 100; ++round) {
        auto next = changed_by_chance(state, page, random);
        DeltaScene scene{state, next, page};
        check_round_trip(scene);
        state = std::move(next);
    }
}

TEST_CASE("every byte of it that is changed is noticed, or changes nothing", "[snapshot][delta]") {
    const auto content = noise(page * 8) + prose(page * 8);
    auto latter = content;
    latter[page + 3] ^= 1;
    latter.insert(page * 9 + 11, "words");
    latter.resize(content.size());
    latter += prose(page);
    DeltaScene scene{content, latter, page};
    check_round_trip(scene);
    const auto good = read_all(scene.folder / "delta");
    std::size_t noticed = 0;
    for (std::size_t at = 0; at < good.size(); ++at) {
        auto bad = good;
        bad[at] = static_cast<char>(bad[at] ^ (1 << (at % 8)));
        write_all(scene.folder / "delta", bad);
        const auto applied = scene.apply();
        if (applied) {
            INFO("byte " << at);
            CHECK(*applied == latter);
        } else {
            ++noticed;
            CHECK((applied.error().code == ErrorCode::damaged ||
                   (at == 7 && applied.error().code == ErrorCode::not_available)));
        }
    }
    CHECK(noticed + 8 > good.size());
    for (std::size_t length = 0; length < good.size(); ++length) {
        write_all(scene.folder / "delta", good.substr(0, length));
        REQUIRE_FALSE(scene.apply());
    }
}

TEST_CASE("another former state is noticed where it matters", "[snapshot][delta]") {
    const auto content = noise(page * 20);
    auto latter = content;
    latter[page * 5] ^= 1;
    DeltaScene scene{content, latter, page};
    check_round_trip(scene);
    poke(scene.folder / "former", page * 5 + 100, "x");
    const auto refused = scene.apply();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.find("page 6") != std::string::npos);
    fs::resize_file(scene.folder / "former", page * 5 + 40);
    CHECK(scene.apply().error().code == ErrorCode::damaged);
}

TEST_CASE("a root tells a page, its place and their number", "[snapshot][delta]") {
    const auto root_of = [](const std::vector<std::string>& pages) {
        MerkleRoot root;
        for (const auto& each : pages) root.add(leaf_of(std::as_bytes(std::span{each})));
        return root.finish();
    };
    // RFC 6962's own tree of eight leaves, as certificate logs test it.
    const auto bytes = [](std::initializer_list<int> list) {
        std::string out;
        for (const int each : list) out += static_cast<char>(each);
        return out;
    };
    const std::vector<std::string> known{"",
                                         bytes({0x00}),
                                         bytes({0x10}),
                                         bytes({0x20, 0x21}),
                                         bytes({0x30, 0x31}),
                                         bytes({0x40, 0x41, 0x42, 0x43}),
                                         bytes({0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57}),
                                         bytes({0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67,
                                                0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f})};
    CHECK(root_of({}).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(root_of({known[0]}).hex() ==
          "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    CHECK(root_of({known.begin(), known.begin() + 2}).hex() ==
          "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125");
    CHECK(root_of({known.begin(), known.begin() + 3}).hex() ==
          "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77");
    CHECK(root_of(known).hex() ==
          "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
}

TEST_CASE("an end that tells of no database is refused, whatever its check says",
          "[snapshot][delta]") {
    const auto content = noise(page * 8);
    const DeltaScene scene{content, content + noise(page, 2), page};
    REQUIRE(scene.write());
    const auto good = read_all(scene.folder / "delta");
    const auto trailer = good.size() - delta_trailer_size;
    std::uint64_t index_offset = 0;
    for (std::size_t i = 8; i-- > 0;)
        index_offset = index_offset << 8U | static_cast<unsigned char>(good[trailer + 116 + i]);
    const auto refused = [&](std::size_t at, std::uint64_t number, int bytes) {
        auto bad = good;
        Piece field;
        append_little(field, number, bytes);
        bad.replace(trailer + at, field.size(), reinterpret_cast<const char*>(field.data()),
                    field.size());
        const auto check = sha256_of(bad.substr(index_offset, trailer + 136 - index_offset));
        bad.replace(trailer + 136, check.bytes.size(),
                    reinterpret_cast<const char*>(check.bytes.data()), check.bytes.size());
        write_all(scene.folder / "delta", bad);
        const auto index = read_delta_index(*File::open_read(scene.folder / "delta"));
        return index ? std::string{"read"} : index.error().message;
    };
    CHECK(refused(0, page, 4) == "read");
    for (const std::uint64_t size : {0U, 1U, 256U, 1000U, 131072U, 0x80000001U})
        CHECK_THAT(refused(0, size, 4), Catch::Matchers::EndsWith("tells of no database"));
    for (const std::size_t count : {4U, 12U})
        CHECK_THAT(refused(count, 0xFFFFFFFF, 8),
                   Catch::Matchers::EndsWith("tells of no database"));
}

}  // namespace muster
