#include "engine/snapshot/format/content_bound.h"

#include <fmt/format.h>

#include "engine/sqlite/header.h"

namespace muster {
namespace {

constexpr Bytes beyond_header{std::uint64_t{1} << 20U};

}  // namespace

ContentBound::ContentBound(std::string name, std::optional<Bytes> limit)
    : name_(std::move(name)), limit_(limit), of_header_(!limit) {}

Result<> ContentBound::admit(PieceView piece, bool compressed) {
    if (of_header_ && seen_.count == 0) MUSTER_CHECK(read_header(piece, compressed));
    seen_ += Bytes{piece.size()};
    if (!limit_ || seen_ <= *limit_) return {};
    return fail(ErrorCode::damaged,
                fmt::format("{} {} more than {}, {}", name_,
                            compressed ? "decompresses to" : "holds", spell_bytes(*limit_),
                            of_header_ ? "though its database header tells a shorter length"
                                       : "which is the most it may hold"),
                "use another backup; this one is damaged, or made to fill a disk");
}

Result<> ContentBound::finish() const {
    if (!of_header_ || seen_.count != 0) return {};
    return fail(ErrorCode::not_a_database, fmt::format("{} holds nothing", name_),
                "name a backup of an SQLite database");
}

Result<> ContentBound::read_header(PieceView piece, bool compressed) {
    const auto header = parse_header(piece);
    if (!header)
        return fail(ErrorCode::not_a_database, fmt::format("{} holds no SQLite database", name_),
                    "name a backup of an SQLite database");
    // What was never compressed fills no disk that did not hold it before.
    if (compressed && header->counted)
        limit_ = Bytes{std::uint64_t{header->page_count} * header->page_size} + beyond_header;
    return {};
}

}  // namespace muster
