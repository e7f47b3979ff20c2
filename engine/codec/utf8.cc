#include "engine/codec/utf8.h"

#include <algorithm>

namespace muster::codec {
namespace {

unsigned byte_at(std::string_view text, std::size_t index) {
    return static_cast<unsigned char>(text[index]);
}

bool between(unsigned value, unsigned low, unsigned high) {
    return value >= low && value <= high;
}

/// The bytes that may follow a leading byte (Unicode, table 3-7).
bool second_fits(unsigned lead, unsigned second) {
    switch (lead) {
        case 0xE0: return between(second, 0xA0, 0xBF);
        case 0xED: return between(second, 0x80, 0x9F);
        case 0xF0: return between(second, 0x90, 0xBF);
        case 0xF4: return between(second, 0x80, 0x8F);
        default: return between(second, 0x80, 0xBF);
    }
}

}  // namespace

std::size_t character_length(std::string_view text) {
    if (text.empty()) return 0;
    const auto lead = byte_at(text, 0);
    if (lead < 0x80) return 1;
    const std::size_t length = between(lead, 0xC2, 0xDF)   ? 2
                               : between(lead, 0xE0, 0xEF) ? 3
                               : between(lead, 0xF0, 0xF4) ? 4
                                                           : 0;
    if (length == 0 || text.size() < length || !second_fits(lead, byte_at(text, 1))) return 0;
    for (std::size_t i = 2; i < length; ++i)
        if (!between(byte_at(text, i), 0x80, 0xBF)) return 0;
    return length;
}

std::size_t find_malformed(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        if (byte_at(text, at) < 0x80) {
            ++at;
            continue;
        }
        const auto length = character_length(text.substr(at));
        if (length == 0) return at;
        at += length;
    }
    return std::string_view::npos;
}

std::string_view first_characters(std::string_view text, std::size_t count) {
    std::size_t end = 0;
    for (; end < text.size() && count > 0; --count)
        end += std::max<std::size_t>(character_length(text.substr(end)), 1);
    return text.substr(0, end);
}

std::string well_formed(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const auto good = std::min(find_malformed(text), text.size());
        out += text.substr(0, good);
        text.remove_prefix(good);
        if (text.empty()) break;
        out += "\xEF\xBF\xBD";
        text.remove_prefix(1);
    }
    return out;
}

}  // namespace muster::codec
