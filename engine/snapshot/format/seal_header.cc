#include <algorithm>
#include <cstring>

#include "engine/snapshot/format/seal.h"

namespace muster {
namespace {

constexpr std::string_view magic_line = "muster-sealed/1\n";
constexpr std::size_t id_size = 16;

bool is_id(std::string_view text) {
    return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

std::string SealHeader::lines() const {
    return std::string{magic_line} + key_id + "\n";
}

Result<std::optional<SealHeader>> parse_seal_header(PieceView first, const std::string& name) {
    const std::string_view text{reinterpret_cast<const char*>(first.data()),
                                std::min(first.size(), seal_header_size)};
    if (!text.starts_with(seal_mark)) return std::optional<SealHeader>{};
    const auto damaged = [&](const std::string& how) {
        return fail(ErrorCode::damaged, name + " is encrypted, and " + how,
                    "use another backup; this one cannot be trusted");
    };
    if (text.size() < seal_header_size) return damaged("it is cut off in its first line");
    if (!text.starts_with(magic_line))
        return fail(ErrorCode::not_available,
                    name + " is encrypted in a form that this version does not know",
                    "use the version of muster that wrote it, or a newer one");
    SealHeader header{std::string{text.substr(magic_line.size(), id_size)}, {}};
    if (!is_id(header.key_id) || text[magic_line.size() + id_size] != '\n')
        return damaged("its header was changed after it was sealed");
    std::memcpy(header.stream.data(), first.data() + header.lines().size(), header.stream.size());
    return std::optional{std::move(header)};
}

}  // namespace muster
