#include "engine/codec/reference_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace muster::codec {

std::string as_markdown(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        if (text.starts_with("http://") || text.starts_with("https://")) {
            const auto url = text.substr(0, text.find_first_of(" ,;"));
            out += fmt::format("`{}`", url);
            text.remove_prefix(url.size());
            continue;
        }
        static constexpr std::string_view marks = "\\`*_<|[]";
        if (marks.find(text.front()) != std::string_view::npos) out += '\\';
        out += text.front();
        text.remove_prefix(1);
    }
    return out;
}

std::string in_code(const std::vector<std::string_view>& words, std::string_view between) {
    std::string out;
    for (const auto word : words) out += fmt::format("{}`{}`", out.empty() ? "" : between, word);
    return out;
}

std::string anchor_of(std::string_view heading) {
    std::string out{heading};
    std::ranges::transform(out, out.begin(), [](unsigned char c) {
        return c == ' ' ? '-' : static_cast<char>(std::tolower(c));
    });
    return out;
}

bool is_nothing(const Node& node) {
    if (const auto* sequence = std::get_if<Sequence>(&node.value)) return sequence->empty();
    if (const auto* mapping = std::get_if<Mapping>(&node.value)) return mapping->empty();
    const auto& scalar = std::get<Scalar>(node.value);
    return scalar.text.empty() || meaning_of(scalar) == Meaning::null;
}

}  // namespace muster::codec
