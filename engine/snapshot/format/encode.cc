#include "engine/snapshot/format/encode.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "engine/snapshot/format/compress.h"
#include "engine/snapshot/format/pipeline.h"
#include "engine/snapshot/format/seal.h"

namespace muster {
namespace {

constexpr unsigned most_workers = 8;
constexpr std::size_t pieces_waiting = 2;

/// One worker's way: piece i goes through lane i % lanes, so order needs no numbers.
struct Lane {
    PieceQueue* in;   ///< content
    PieceQueue* out;  ///< compressed; the same queue where nothing is compressed
};
using Lanes = std::vector<Lane>;

unsigned workers_of(const EncodeOptions& options) {
    const unsigned asked =
        options.workers != 0 ? options.workers : std::thread::hardware_concurrency();
    return std::clamp(asked, 1U, most_workers);
}

Lanes make_lanes(Pipeline& pipeline, const EncodeOptions& options) {
    if (options.compression == Compression::none) {
        auto& through = pipeline.add_queue(pieces_waiting);
        return {Lane{&through, &through}};
    }
    Lanes lanes;
    for (unsigned i = 0; i < workers_of(options); ++i)
        lanes.push_back({&pipeline.add_queue(pieces_waiting), &pipeline.add_queue(pieces_waiting)});
    return lanes;
}

/// Pieces that may be at work while more content comes: one core is the copy's own.
Result<> await_piece(Arrival& arrival, std::uint64_t turn, unsigned workers) {
    const std::uint64_t at_work = workers - 1;
    const std::uint64_t encoded = at_work == 0     ? std::numeric_limits<std::uint64_t>::max()
                                  : turn < at_work ? 0
                                                   : turn - at_work + 1;
    return arrival.await((turn + 1) * piece_size, encoded);
}

Result<> read_content(const File& content, const Lanes& lanes, const EncodeOptions& options,
                      Encoded& encoded) {
    Sha256Stream digest;
    for (std::size_t turn = 0;; ++turn) {
        if (options.arrival != nullptr)
            MUSTER_CHECK(await_piece(*options.arrival, turn, workers_of(options)));
        MUSTER_TRY(auto piece, read_piece(content, encoded.content_bytes.count));
        const auto count = piece.size();
        digest.add(piece);
        encoded.content_bytes += Bytes{count};
        // No content still makes one piece: an empty gzip file is no gzip file.
        if (count != 0 || turn == 0)
            MUSTER_CHECK(lanes[turn % lanes.size()].in->push(std::move(piece)));
        if (count < piece_size) break;
    }
    encoded.content_sha256 = digest.finish();
    for (const auto& lane : lanes) lane.in->close();
    return {};
}

Result<> compress_lane(const Lane& lane, Compression compression) {
    const auto compressor =
        compression == Compression::gzip ? make_gzip_compressor() : make_zstd_compressor();
    for (;;) {
        MUSTER_TRY(auto content, lane.in->pop());
        if (!content) break;
        MUSTER_TRY(auto compressed, compressor->compress(*content));
        MUSTER_CHECK(lane.out->push(std::move(compressed)));
    }
    lane.out->close();
    return {};
}

/// The artifact as it grows. A mere copy has its content's digest, and is not digested again.
class ArtifactWriter {
public:
    ArtifactWriter(File& artifact, const EncodeOptions& options) : artifact_(artifact) {
        if (options.key != nullptr) sealer_.emplace(*options.key, sealed_);
        copy_ = !sealer_ && options.compression == Compression::none;
    }

    Result<> add(PieceView piece) {
        if (!sealer_) return write(piece);
        sealer_->add(piece, sealed_);
        return write_sealed();
    }
    Result<> finish(Encoded& encoded) {
        if (sealer_) {
            sealer_->finish(sealed_);
            MUSTER_CHECK(write_sealed());
        }
        encoded.artifact_bytes = written_;
        encoded.artifact_sha256 = digest_.finish();
        return {};
    }
    bool copy() const { return copy_; }

private:
    Result<> write_sealed() {
        MUSTER_CHECK(write(sealed_));
        sealed_.clear();
        return {};
    }
    Result<> write(PieceView bytes) {
        if (!copy_) digest_.add(bytes);
        written_ += Bytes{bytes.size()};
        MUSTER_CHECK(artifact_.append(bytes));
        artifact_.begin_sync();
        return {};
    }

    File& artifact_;
    Piece sealed_;
    std::optional<Sealer> sealer_;
    Sha256Stream digest_;
    Bytes written_;
    bool copy_ = false;
};

}  // namespace

Result<Encoded> encode(const File& content, File& artifact, const EncodeOptions& options) {
    MUSTER_TRY(const auto size, content.size());
    const auto total = options.arrival != nullptr ? options.arrival->total() : size;
    Encoded encoded;
    ArtifactWriter writer{artifact, options};
    Lanes lanes;
    Pipeline pipeline;
    lanes = make_lanes(pipeline, options);
    MUSTER_CHECK(pipeline.start([&] { return read_content(content, lanes, options, encoded); }));
    if (options.compression != Compression::none)
        for (const auto& lane : lanes)
            MUSTER_CHECK(pipeline.start([&] { return compress_lane(lane, options.compression); }));
    MUSTER_CHECK(pipeline.run([&]() -> Result<> {
        for (std::uint64_t turn = 0;; ++turn) {
            MUSTER_TRY(const auto piece, lanes[turn % lanes.size()].out->pop());
            if (!piece) return {};
            MUSTER_CHECK(writer.add(*piece));
            if (options.arrival != nullptr) options.arrival->piece_encoded();
            const auto done = std::min(total.count, (turn + 1) * piece_size);
            if (options.progress) MUSTER_CHECK(options.progress(done, total.count));
        }
    }));
    MUSTER_CHECK(writer.finish(encoded));
    if (writer.copy()) encoded.artifact_sha256 = encoded.content_sha256;
    return encoded;
}

}  // namespace muster
