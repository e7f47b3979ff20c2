// Where the parts of a delta file lie; docs/formats/delta.md.
#pragma once

#include <algorithm>
#include <string_view>

#include "engine/snapshot/delta/delta_file.h"
#include "engine/snapshot/delta/merkle.h"
#include "engine/snapshot/format/outline.h"

namespace muster {

inline constexpr std::string_view delta_magic = "mstrdlt1";
inline constexpr std::size_t delta_trailer_size = 176;
inline constexpr std::uint64_t most_pages = 0xFFFFFFFE;  ///< of a database
inline constexpr std::uint64_t most_frame_content = std::uint64_t{64} << 20U;

/// Behind the last frame.
struct DeltaTrailer {
    DeltaFacts facts;
    std::uint64_t index_offset = 0;
    std::uint32_t index_bytes = 0;   ///< as they lie there
    std::uint32_t index_length = 0;  ///< decompressed
    std::uint32_t frames = 0;
    Sha256 check;  ///< over the index as it lies there and the trailer before this field
};

inline PageMark mark_of(PieceView page) {
    const auto leaf = leaf_of(page);
    PageMark mark{};
    std::ranges::copy(std::as_bytes(std::span{leaf.bytes}).first(mark.size()), mark.begin());
    return mark;
}

inline void append_little(Piece& out, std::uint64_t number, int bytes) {
    for (; bytes > 0; --bytes, number >>= 8U) out.push_back(static_cast<std::byte>(number & 0xffU));
}

/// What `check` covers of the trailer.
inline Piece checked_part(const DeltaTrailer& trailer) {
    Piece out;
    append_little(out, trailer.facts.page_size, 4);
    append_little(out, trailer.facts.pages, 8);
    append_little(out, trailer.facts.former_pages, 8);
    for (const auto* digest :
         {&trailer.facts.former_sha256, &trailer.facts.latter_sha256, &trailer.facts.merkle_root})
        for (const auto byte : digest->bytes) out.push_back(static_cast<std::byte>(byte));
    append_little(out, trailer.index_offset, 8);
    append_little(out, trailer.index_bytes, 4);
    append_little(out, trailer.index_length, 4);
    append_little(out, trailer.frames, 4);
    return out;
}

inline Sha256 check_of(PieceView index, const DeltaTrailer& trailer) {
    Sha256Stream stream;
    stream.add(index);
    stream.add(checked_part(trailer));
    return stream.finish();
}

}  // namespace muster
