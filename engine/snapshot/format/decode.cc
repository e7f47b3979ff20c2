#include "engine/snapshot/format/decode.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <limits>

#include "engine/snapshot/format/compress.h"
#include "engine/snapshot/format/content_bound.h"
#include "engine/snapshot/format/first_bytes.h"
#include "engine/snapshot/format/pipeline.h"

namespace muster {
namespace {

constexpr std::size_t pieces_ahead = 4;

Result<const Key*> key_for(const FirstBytes& first, std::span<const Key> keys,
                           const std::string& name) {
    if (!first.seal) return nullptr;
    const auto found = std::ranges::find(keys, first.seal->key_id, &Key::id);
    if (found != keys.end()) return &*found;
    return fail(
        ErrorCode::key_missing,
        fmt::format("{} is encrypted with key {}, and {}", name, first.seal->key_id,
                    keys.empty() ? "no key is at hand" : "none of the keys at hand is that one"),
        "name the place of that very key: by --key, or under encrypt or decrypt of the policy");
}

/// What the stages share. Each part has one writer; others read it once they got a piece, or the
/// end, from that writer's queue.
struct Decoding {
    const File& artifact;
    std::string name = artifact.path().string();
    std::optional<SealOpener> opener = {};
    Decoded decoded = {};
    std::atomic<std::uint64_t> bytes_read = 0;

    /// Then the artifact's digest is the content's.
    bool copy() const { return !opener && decoded.compression == Compression::none; }
};

Result<> read_artifact(Decoding& decoding, PieceQueue& opened) {
    Sha256Stream digest;
    for (std::uint64_t offset = 0;;) {
        MUSTER_TRY(auto piece, read_piece(decoding.artifact, offset));
        const auto count = piece.size();
        if (count == 0) break;
        digest.add(piece);
        if (decoding.opener) {
            const std::size_t header = offset == 0 ? seal_header_size : 0;
            Piece content;
            content.reserve(count);
            MUSTER_CHECK(decoding.opener->add(PieceView{piece}.subspan(header), content));
            piece = std::move(content);
        }
        offset += count;
        decoding.bytes_read = offset;
        if (!piece.empty()) MUSTER_CHECK(opened.push(std::move(piece)));
    }
    if (decoding.opener) MUSTER_CHECK(decoding.opener->finish());
    decoding.decoded.artifact_bytes = Bytes{decoding.bytes_read};
    decoding.decoded.artifact_sha256 = digest.finish();
    opened.close();
    return {};
}

Result<> decompress(Decoding& decoding, PieceQueue& opened, PieceQueue& content) {
    const PieceSink sink = [&](Piece piece) { return content.push(std::move(piece)); };
    std::unique_ptr<Decompressor> decompressor;
    for (bool first = true;; first = false) {
        MUSTER_TRY(auto piece, opened.pop());
        if (!piece) break;
        if (first) {
            const auto found = compression_of(*piece);
            decoding.decoded.compression = found;
            if (found == Compression::gzip) decompressor = make_gzip_decompressor(decoding.name);
            if (found == Compression::zstd) decompressor = make_zstd_decompressor(decoding.name);
        }
        MUSTER_CHECK(decompressor ? decompressor->add(*piece, sink) : sink(*std::move(piece)));
    }
    if (decompressor) MUSTER_CHECK(decompressor->finish(sink));
    content.close();
    return {};
}

}  // namespace

Result<Decoded> decode(const File& artifact, const DecodeOptions& options,
                       const std::function<Result<>(std::span<const std::byte>)>& sink) {
    MUSTER_TRY(const auto size, artifact.size());
    MUSTER_TRY(const auto first, first_bytes_of(artifact));
    Decoding decoding{artifact};
    auto& decoded = decoding.decoded;
    MUSTER_TRY(const Key* key, key_for(first, options.keys, decoding.name));
    if (key != nullptr) {
        decoded.key_id = first.seal->key_id;
        decoding.opener.emplace(*key, *first.seal, decoding.name);
    }
    ContentBound bound{decoding.name, options.limit};
    Sha256Stream digest;
    // For one piece as it is threads would cost more than they do. The room is for a file that
    // grows.
    const bool one_piece =
        size.count <= piece_size && !first.seal && compression_of(first.bytes) == Compression::none;
    const auto room = one_piece ? std::numeric_limits<std::size_t>::max() : pieces_ahead;
    Pipeline pipeline;
    auto& opened = pipeline.add_queue(room);
    auto& content = pipeline.add_queue(room);
    const auto start = [&](Pipeline::Stage stage) {
        return one_piece ? stage() : pipeline.start(std::move(stage));
    };
    MUSTER_CHECK(start([&] { return read_artifact(decoding, opened); }));
    MUSTER_CHECK(start([&] { return decompress(decoding, opened, content); }));
    MUSTER_CHECK(pipeline.run([&]() -> Result<> {
        for (;;) {
            MUSTER_TRY(const auto piece, content.pop());
            if (!piece) return bound.finish();
            MUSTER_CHECK(bound.admit(*piece, decoded.compression != Compression::none));
            if (!decoding.copy()) digest.add(*piece);
            decoded.content_bytes += Bytes{piece->size()};
            MUSTER_CHECK(sink(*piece));
            if (options.progress) MUSTER_CHECK(options.progress(decoding.bytes_read, size.count));
        }
    }));
    decoded.content_sha256 = decoding.copy() ? decoded.artifact_sha256 : digest.finish();
    return decoded;
}

}  // namespace muster
