// Compression, piece by piece: what comes of one piece of content can be decompressed alone, and
// one after the other they are an ordinary .gz or .zst file.
#pragma once

#include <memory>

#include "engine/model/policy/protect_spec.h"
#include "engine/snapshot/format/piece.h"

namespace muster {

/// Not for several threads at once.
class Compressor {
public:
    virtual ~Compressor() = default;
    virtual Result<Piece> compress(PieceView content) = 0;
};

/// Takes compressed bytes as they come and gives content in pieces of piece_size, the last one
/// shorter. ErrorCode::damaged says whether the bytes are cut off, changed, or continued past
/// their end.
class Decompressor {
public:
    virtual ~Decompressor() = default;
    virtual Result<> add(PieceView bytes, const PieceSink& sink) = 0;
    virtual Result<> finish(const PieceSink& sink) = 0;
};

std::unique_ptr<Compressor> make_gzip_compressor();
std::unique_ptr<Compressor> make_zstd_compressor();
/// `name` is for messages.
std::unique_ptr<Decompressor> make_gzip_decompressor(std::string name);
std::unique_ptr<Decompressor> make_zstd_decompressor(std::string name);

/// What the first bytes say.
Compression compression_of(PieceView first);

}  // namespace muster
