// Collects output of a decompressor until a piece is full.
#pragma once

#include <algorithm>
#include <utility>

#include "engine/snapshot/format/piece.h"

namespace muster {

class PieceFiller {
public:
    /// Where the next output goes; never empty.
    std::span<std::byte> room() {
        if (piece_.empty()) piece_.resize(piece_size);
        return std::span{piece_}.subspan(filled_);
    }
    /// `count` bytes of room() were written.
    Result<> filled(std::size_t count, const PieceSink& sink) {
        filled_ += count;
        return filled_ == piece_size ? flush(sink) : Result<>{};
    }
    /// Takes output that came as a whole.
    Result<> add(Piece output, const PieceSink& sink) {
        if (filled_ == 0 && output.size() == piece_size) return sink(std::move(output));
        for (PieceView rest{output}; !rest.empty();) {
            const auto into = room();
            const auto part = rest.first(std::min(into.size(), rest.size()));
            std::ranges::copy(part, into.begin());
            MUSTER_CHECK(filled(part.size(), sink));
            rest = rest.subspan(part.size());
        }
        return {};
    }
    /// Gives away what there is.
    Result<> flush(const PieceSink& sink) {
        if (filled_ == 0) return {};
        piece_.resize(std::exchange(filled_, 0));
        return sink(std::exchange(piece_, Piece{}));
    }

private:
    Piece piece_;
    std::size_t filled_ = 0;
};

}  // namespace muster
