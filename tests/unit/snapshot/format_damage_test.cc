#include <catch2/catch.hpp>

#include "tests/support/artifacts.h"

namespace muster {

using namespace test;

namespace {

constexpr std::size_t chunk_start = 57, chunk_frame = 4 + 65536 + 17;

/// A database of 1.2 MB in one form, and the way to read it.
struct Sample {
    TempFolder folder;
    std::vector<Key> keys{key_of(3)};
    std::string content = database_like(300);
    std::string bytes;

    Sample(Compression compression, bool sealed) {
        EncodeOptions options;
        options.compression = compression;
        if (sealed) options.key = keys.data();
        REQUIRE(make_artifact(folder / "a", content, options));
        bytes = read_all(folder / "a");
    }
    Result<Decoded> read(const std::string& changed, std::string& back) const {
        return read_bytes(folder, changed, {keys, std::nullopt, {}}, back);
    }
    Error refusal_of(const std::string& changed) const {
        std::string back;
        const auto decoded = read(changed, back);
        REQUIRE_FALSE(decoded);
        return decoded.error();
    }
};

bool says(const Error& error, const std::string& words) {
    INFO(error.text());
    return error.code == ErrorCode::damaged && error.message.find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("an artifact that is cut off is refused wherever it ends", "[snapshot][format]") {
    const auto compression = GENERATE(Compression::none, Compression::gzip, Compression::zstd);
    const bool sealed = compression == Compression::none || GENERATE(false, true);
    const Sample sample{compression, sealed};
    CAPTURE(name_of(compression), sealed);
    const std::size_t header = sealed ? 14 : 4;  // shorter ones are no artifact of this form at all
    for (std::size_t length = 0; length < sample.bytes.size();
         length += length < 120 || length + 40 > sample.bytes.size() ? 1U : 4999U) {
        CAPTURE(length);
        const auto error = sample.refusal_of(sample.bytes.substr(0, length));
        if (length >= header) CHECK(says(error, "cut off"));
        if (length == 0) CHECK(says(error, "is empty"));
    }
    CHECK(says(sample.refusal_of(sample.bytes.substr(0, sample.bytes.size() - 1)), "cut off"));
}

TEST_CASE("a seal shows every changed bit", "[snapshot][format][seal]") {
    const Sample sample{GENERATE(Compression::none, Compression::zstd), true};
    for (std::size_t at = 0; at < sample.bytes.size(); at += at < 80 ? 1U : 2503U) {
        CAPTURE(at);
        auto changed = sample.bytes;
        changed[at] = static_cast<char>(changed[at] ^ (1 << at % 8));
        const auto error = sample.refusal_of(changed);
        if (at >= chunk_start) CHECK(says(error, "was changed after it was sealed"));
    }
}

TEST_CASE("a changed bit below no seal is refused, or changes nothing", "[snapshot][format]") {
    const auto compression = GENERATE(Compression::gzip, Compression::zstd);
    const Sample sample{compression, false};
    std::size_t refused = 0, tried = 0;
    for (std::size_t at = 0; at < sample.bytes.size(); at += at < 30 ? 1U : 977U, ++tried) {
        CAPTURE(at);
        auto changed = sample.bytes;
        changed[at] = static_cast<char>(changed[at] ^ (1 << at % 8));
        std::string back;
        const auto decoded = sample.read(changed, back);
        refused += decoded ? 0U : 1U;
        if (decoded) CHECK((back == sample.content));
        // Nothing vouches for time, system and level in a gzip header, an unused bit of zstd, or
        // codes that no byte uses.
    }
    CHECK(refused + 10 > tried);
}

TEST_CASE("nothing may follow the end of an artifact", "[snapshot][format]") {
    const auto compression = GENERATE(Compression::gzip, Compression::zstd);
    const Sample plain{compression, false};
    const auto rest = GENERATE(std::string(1, '\0'), std::string(4096, '\0'), std::string{"\n"},
                               noise(70000), std::string{"\x1f(", 2});
    CAPTURE(rest.size());
    const std::string own_start = compression == Compression::gzip ? "\x1f" : "(";
    if (rest[0] == '\x1f') {
        CHECK(plain.refusal_of(plain.bytes + rest).code == ErrorCode::damaged);
    } else {
        CHECK(says(plain.refusal_of(plain.bytes + rest), "is followed by something"));
    }
    CHECK(plain.refusal_of(plain.bytes + own_start).code == ErrorCode::damaged);
    const Sample sealed{compression, true};
    CHECK(says(sealed.refusal_of(sealed.bytes + rest), "added past its end"));
    CHECK(says(sealed.refusal_of(sealed.bytes + sealed.bytes), "added past its end"));
}

TEST_CASE("chunks of a seal hold in their order only", "[snapshot][format][seal]") {
    const Sample sample{Compression::none, true};
    const auto chunk = [&](std::size_t number) { return chunk_start + number * chunk_frame; };
    auto swapped = sample.bytes;
    swapped.replace(chunk(2), chunk_frame, sample.bytes, chunk(3), chunk_frame);
    swapped.replace(chunk(3), chunk_frame, sample.bytes, chunk(2), chunk_frame);
    CHECK(says(sample.refusal_of(swapped), "was changed"));
    auto without = sample.bytes;
    without.erase(chunk(5), chunk_frame);
    CHECK(says(sample.refusal_of(without), "was changed"));
    auto twice = sample.bytes;
    twice.insert(chunk(1), sample.bytes, chunk(1), chunk_frame);
    CHECK(says(sample.refusal_of(twice), "was changed"));
    CHECK(says(sample.refusal_of(sample.bytes.substr(0, chunk(4))), "cut off"));
    // Nothing of a later chunk is given out.
    std::string back;
    CHECK_FALSE(sample.read(swapped, back));
    CHECK(sample.content.starts_with(back));
}

TEST_CASE("a chunk of another artifact under the same key does not fit",
          "[snapshot][format][seal]") {
    const Sample one{Compression::none, true}, other{Compression::none, true};
    auto mixed = one.bytes;
    mixed.replace(chunk_start, chunk_frame, other.bytes, chunk_start, chunk_frame);
    CHECK(says(one.refusal_of(mixed), "was changed"));
}

TEST_CASE("only the key that sealed an artifact opens it", "[snapshot][format][seal]") {
    const Sample sample{Compression::gzip, true};
    const auto id = sample.keys[0].id();
    std::string back;
    const std::vector<Key> others{key_of(4), key_of(5)};
    const std::vector<Key> rotated{key_of(4), key_of(3)};
    CHECK(read_artifact(sample.folder / "a", {rotated, std::nullopt, {}}, back));
    CHECK((back == sample.content));
    for (const auto keys : {std::span<const Key>{}, std::span<const Key>{others}}) {
        const auto refused = read_artifact(sample.folder / "a", {keys, std::nullopt, {}}, back);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == ErrorCode::key_missing);
        CHECK(refused.error().message.find(id) != std::string::npos);
        CHECK_FALSE(refused.error().hint.empty());
    }
    // The same id written over another key's does not make it fit.
    auto claimed = sample.bytes;
    claimed.replace(16, 16, key_of(4).id());
    CHECK(says(read_bytes(sample.folder, claimed, {others, std::nullopt, {}}, back).error(),
               "was changed"));
}

TEST_CASE("a seal of a later version is not called damaged", "[snapshot][format][seal]") {
    const Sample sample{Compression::none, true};
    auto later = sample.bytes;
    later[14] = '2';
    CHECK(sample.refusal_of(later).code == ErrorCode::not_available);
    write_all(sample.folder / "later", later);
    CHECK(outline_of(*File::open_read(sample.folder / "later")).error().code ==
          ErrorCode::not_available);
}

}  // namespace muster
