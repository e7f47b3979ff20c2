#include "reporters/markdown_text.h"

#include <algorithm>

namespace muster {

std::string plain(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (std::string_view{"\\`*_{}[]<>#|~@"}.find(c) != std::string_view::npos) out += '\\';
        out += c == '\n' ? ' ' : c;
    }
    return out;
}

std::string code(std::string_view text) {
    std::string out{text};
    std::ranges::replace(out, '`', '\'');
    std::ranges::replace(out, '\n', ' ');
    std::ranges::replace(out, '|', '!');
    return "`" + out + "`";
}

}  // namespace muster
