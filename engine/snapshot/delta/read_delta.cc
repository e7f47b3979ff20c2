#include <fmt/format.h>
#include <zstd.h>

#include <bit>

#include "engine/snapshot/delta/delta_layout.h"
#include "engine/snapshot/delta/varint.h"

namespace muster {
namespace {

Failure damaged(const File& artifact, std::string_view how) {
    return fail(
        ErrorCode::damaged,
        fmt::format("{} holds what changed in a database, and {}", artifact.path().string(), how),
        "use another copy of it, or an older snapshot");
}

Result<Piece> read_exactly(const File& artifact, std::uint64_t offset, std::size_t count) {
    Piece bytes(count);
    MUSTER_TRY(const auto there, artifact.read_at(offset, bytes));
    if (there < count) return damaged(artifact, "is cut off");
    return bytes;
}

/// The content of one zstd frame, which has exactly `length` bytes.
Result<Piece> decompress(const File& artifact, PieceView frame, std::size_t length) {
    Piece content(length);
    const auto told = ::ZSTD_decompress(content.data(), content.size(), frame.data(), frame.size());
    if (::ZSTD_isError(told) != 0 || told != length)
        return damaged(artifact, "a part of it does not decompress to what it held");
    return content;
}

std::uint64_t little(VarintReader& from, std::size_t bytes) {
    std::uint64_t number = 0;
    const auto taken = from.bytes(bytes);
    for (std::size_t i = 0; taken && i < bytes; ++i)
        number |= std::to_integer<std::uint64_t>((*taken)[i]) << (8 * i);
    return number;
}

Sha256 digest(VarintReader& from) {
    Sha256 out;
    if (const auto taken = from.bytes(out.bytes.size()))
        std::ranges::transform(*taken, out.bytes.begin(), std::to_integer<unsigned char>);
    return out;
}

DeltaTrailer parse_trailer(PieceView bytes) {
    VarintReader from{bytes};
    DeltaTrailer trailer;
    trailer.facts.page_size = static_cast<std::uint32_t>(little(from, 4));
    trailer.facts.pages = little(from, 8);
    trailer.facts.former_pages = little(from, 8);
    trailer.facts.former_sha256 = digest(from);
    trailer.facts.latter_sha256 = digest(from);
    trailer.facts.merkle_root = digest(from);
    trailer.index_offset = little(from, 8);
    trailer.index_bytes = static_cast<std::uint32_t>(little(from, 4));
    trailer.index_length = static_cast<std::uint32_t>(little(from, 4));
    trailer.frames = static_cast<std::uint32_t>(little(from, 4));
    trailer.check = digest(from);
    return trailer;
}

Result<> require_magic(const File& artifact, std::uint64_t offset, std::string_view place) {
    MUSTER_TRY(const auto bytes, read_exactly(artifact, offset, delta_magic.size()));
    const std::string_view magic{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    if (magic == delta_magic) return {};
    if (offset == 0 && magic.starts_with(delta_mark))
        return fail(ErrorCode::not_available,
                    fmt::format("{} has a newer format ({})", artifact.path().string(), magic),
                    "use a newer muster");
    return damaged(artifact, fmt::format("does not {} as one does", place));
}

/// One frame of the index; nothing where it is malformed.
std::optional<DeltaFrame> parse_frame(VarintReader& from, const DeltaFacts& facts,
                                      std::uint64_t offset, std::uint64_t& last_page) {
    const auto bytes = from.number(), instructions = from.number(), literals = from.number(),
               pages = from.number();
    constexpr std::uint64_t most = std::uint64_t{1} << 31U;
    if (!bytes || !instructions || !literals || !pages || *bytes > most || *instructions > most ||
        *literals > most || *pages == 0 || *pages > most_frame_content / facts.page_size)
        return std::nullopt;
    DeltaFrame frame;
    frame.offset = offset;
    frame.bytes = static_cast<std::uint32_t>(*bytes);
    frame.instructions = static_cast<std::uint32_t>(*instructions);
    frame.literals = static_cast<std::uint32_t>(*literals);
    for (std::uint64_t i = 0; i < *pages; ++i) {
        const auto gap = from.number();
        if (!gap || *gap == 0 || *gap > facts.pages - last_page) return std::nullopt;
        last_page += *gap;
        frame.pages.push_back(static_cast<std::uint32_t>(last_page));
    }
    for (std::uint64_t i = 0; i < *pages; ++i) {
        const auto mark = from.bytes(PageMark{}.size());
        if (!mark) return std::nullopt;
        std::ranges::copy(*mark, frame.marks.emplace_back().begin());
    }
    return frame;
}

/// Frames stand one behind the other, from the magic to the index; a page that the former state
/// does not have stands in one of them.
Result<std::vector<DeltaFrame>> parse_index(const File& artifact, const DeltaTrailer& trailer,
                                            PieceView text) {
    VarintReader from{text};
    std::vector<DeltaFrame> frames;
    std::uint64_t offset = delta_magic.size(), last_page = 0, new_pages = 0;
    for (std::uint32_t i = 0; i < trailer.frames; ++i) {
        auto frame = parse_frame(from, trailer.facts, offset, last_page);
        if (!frame) return damaged(artifact, "its index is malformed");
        offset += frame->bytes;
        new_pages += static_cast<std::uint64_t>(std::ranges::count_if(
            frame->pages, [&](auto page) { return page > trailer.facts.former_pages; }));
        frames.push_back(*std::move(frame));
    }
    const auto& facts = trailer.facts;
    if (!from.done() || offset != trailer.index_offset ||
        new_pages != facts.pages - std::min(facts.pages, facts.former_pages))
        return damaged(artifact, "its index is malformed");
    return frames;
}

}  // namespace

Result<DeltaIndex> read_delta_index(const File& artifact) {
    MUSTER_TRY(const auto size, artifact.size());
    MUSTER_CHECK(require_magic(artifact, 0, "begin"));
    if (size.count < delta_magic.size() + delta_trailer_size)
        return damaged(artifact, "is cut off");
    MUSTER_CHECK(require_magic(artifact, size.count - delta_magic.size(), "end"));
    const auto trailer_offset = size.count - delta_trailer_size;
    MUSTER_TRY(const auto last, read_exactly(artifact, trailer_offset, delta_trailer_size));
    const auto trailer = parse_trailer(last);
    constexpr std::uint64_t most_a_page = 32;
    const auto& told = trailer.facts;
    if (!std::has_single_bit(told.page_size) || told.page_size < 512 || told.page_size > 65536 ||
        told.pages > most_pages || told.former_pages > most_pages)
        return damaged(artifact, "its end tells of no database");
    if (trailer.index_offset > trailer_offset ||
        trailer.index_bytes != trailer_offset - trailer.index_offset ||
        trailer.index_length > trailer.facts.pages * most_a_page + most_a_page)
        return damaged(artifact, "its end was changed");
    MUSTER_TRY(const auto index, read_exactly(artifact, trailer.index_offset, trailer.index_bytes));
    if (check_of(index, trailer) != trailer.check)
        return damaged(artifact, "its index or its end was changed");
    MUSTER_TRY(const auto text, decompress(artifact, index, trailer.index_length));
    DeltaIndex out;
    out.facts = trailer.facts;
    MUSTER_TRY(out.frames, parse_index(artifact, trailer, text));
    return out;
}

Result<Piece> make_delta_frame(const File& artifact, const DeltaIndex& index,
                               const DeltaFrame& frame, FormerBytes& former) {
    MUSTER_TRY(const auto bytes, read_exactly(artifact, frame.offset, frame.bytes));
    MUSTER_TRY(const auto text,
               decompress(artifact, bytes, std::size_t{frame.instructions} + frame.literals));
    return make_pages(frame.pages, PieceView{text}.first(frame.instructions),
                      PieceView{text}.subspan(frame.instructions), index.facts.page_size, former,
                      artifact.path());
}

Result<Piece> read_delta_frame(const File& artifact, const DeltaIndex& index,
                               const DeltaFrame& frame, FormerBytes& former) {
    auto content = make_delta_frame(artifact, index, frame, former);
    MUSTER_CHECK(content);
    const auto page_size = index.facts.page_size;
    for (std::size_t i = 0; i < frame.pages.size(); ++i)
        if (mark_of(PieceView{*content}.subspan(i * page_size, page_size)) != frame.marks[i])
            return damaged(
                artifact,
                fmt::format("page {} of what it makes is not the one that was told: it, or "
                            "what it refers to, was changed",
                            frame.pages[i]));
    return content;
}

}  // namespace muster
