#include <catch2/catch.hpp>

#include "engine/snapshot/format/seal.h"
#include "tests/support/artifacts.h"

namespace muster {

using namespace test;

namespace {

const unsigned char* raw(const std::string& bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

/// Each chunk's plain text, and its tag.
using Chunks = std::vector<std::pair<std::string, int>>;

/// Written after docs/formats/sealed.md, with libsodium alone.
Chunks open_by_the_document(const std::string& file, const std::string& key) {
    crypto_secretstream_xchacha20poly1305_state state;
    REQUIRE(crypto_secretstream_xchacha20poly1305_init_pull(&state, raw(file.substr(33, 24)),
                                                            raw(key)) == 0);
    Chunks chunks;
    std::string additional = file.substr(0, 33);
    for (std::size_t at = 57; at < file.size();) {
        std::size_t length = 0;
        for (int i = 0; i < 4; ++i) length = length * 256 + raw(file)[at++];
        REQUIRE((length >= 17 && length <= 65553 && at + length <= file.size()));
        std::string plain(length - 17, '\0');
        unsigned char tag = 0;
        REQUIRE(crypto_secretstream_xchacha20poly1305_pull(
                    &state, reinterpret_cast<unsigned char*>(plain.data()), nullptr, &tag,
                    raw(file) + at, length, raw(additional), additional.size()) == 0);
        chunks.emplace_back(plain, tag);
        additional.clear();
        at += length;
    }
    return chunks;
}

}  // namespace

TEST_CASE("the document of the sealed format is enough to open one", "[snapshot][format][seal]") {
    const TempFolder folder;
    const auto key = key_of(9);
    const auto size = GENERATE(std::size_t{0}, std::size_t{1}, std::size_t{65536},
                               std::size_t{65537}, std::size_t{3 * 65536}, std::size_t{1500000});
    const auto content = noise(size);
    REQUIRE(make_artifact(folder / "a", content, {Compression::none, &key, 1, {}}));
    const auto file = read_all(folder / "a");
    CHECK(file.substr(0, 33) == "muster-sealed/1\n" + key.id() + "\n");
    const auto chunks = open_by_the_document(file, std::string(32, '\x09'));
    std::string opened;
    for (std::size_t i = 0; i < chunks.size(); ++i) {
        const bool last = i + 1 == chunks.size();
        CHECK(chunks[i].second == (last ? 3 : 0));
        if (!last) CHECK(chunks[i].first.size() == 65536);
        opened += chunks[i].first;
    }
    CHECK((opened == content));
    CHECK(chunks.size() == std::max<std::size_t>(1, (size + 65535) / 65536));
}

}  // namespace muster
