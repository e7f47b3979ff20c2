#include "engine/codec/source_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/codec/utf8.h"

namespace muster::codec {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

bool is_utf16(std::string_view text) {
    return text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF");
}

bool is_forbidden(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7f;
}

std::size_t count_characters(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace

std::optional<Problem> refuse_text(std::string_view text, const std::string& file,
                                   const Limits& limits) {
    if (text.size() > limits.bytes)
        return Problem{file,
                       0,
                       0,
                       "",
                       fmt::format("the document has {} bytes, more than the {} that are read",
                                   text.size(), limits.bytes),
                       "is this the right file?"};
    if (text.empty())
        return Problem{file, 1, 1, "", "the document is empty", "is this the right file?"};
    if (is_utf16(text))
        return Problem{file, 1, 1, "", "the document is UTF-16", "save it as UTF-8"};
    const auto control = std::ranges::find_if(text, is_forbidden);
    const auto malformed = std::min(find_malformed(text), text.size());
    const auto first = std::min(static_cast<std::size_t>(control - text.begin()), malformed);
    if (first == text.size()) return std::nullopt;
    const auto [line, column, source] = LineIndex{text}.place_of(first);
    const unsigned byte = static_cast<unsigned char>(text[first]);
    if (first == malformed)
        return Problem{file,
                       line,
                       column,
                       "",
                       fmt::format("the byte 0x{:02x} is not UTF-8", byte),
                       "save the document as UTF-8"};
    return Problem{file,
                   line,
                   column,
                   "",
                   fmt::format("the control character 0x{:02x} is not allowed", byte),
                   byte == 0 ? "this is a binary file, or UTF-16; save it as UTF-8" : "remove it"};
}

std::string_view without_byte_order_mark(std::string_view text) {
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    return text;
}

LineIndex::LineIndex(std::string_view text) : text_(text), starts_{0} {
    for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n', end + 1))
        starts_.push_back(end + 1);
}

TextPlace LineIndex::place_of(std::size_t offset) {
    offset = std::min(offset, text_.size());
    const auto after = std::ranges::upper_bound(starts_, offset);
    const auto start = *(after - 1);
    if (known_.offset < start || known_.offset > offset) known_ = {start, 0};
    known_.characters += count_characters(text_.substr(known_.offset, offset - known_.offset));
    known_.offset = offset;
    return {static_cast<int>(after - starts_.begin()), static_cast<int>(known_.characters + 1)};
}

std::size_t LineIndex::offset_of(int line, int byte_column) const {
    if (line < 0 || static_cast<std::size_t>(line) >= starts_.size()) return text_.size();
    const auto start = starts_[static_cast<std::size_t>(line)];
    return std::min(start + static_cast<std::size_t>(std::max(byte_column, 0)), text_.size());
}

std::string_view LineIndex::line(int number) const {
    const auto start = offset_of(number - 1, 0);
    return text_.substr(start, text_.find_first_of("\r\n", start) - start);
}

}  // namespace muster::codec
