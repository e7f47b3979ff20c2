// Texts of several lines below the line that they belong to.
#pragma once

#include <string>

namespace muster {

/// Programs answer in several lines: each but the first one begins with so many spaces.
inline std::string indented(std::string text, std::size_t margin = 4) {
    for (auto at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 1))
        text.insert(at + 1, margin, ' ');
    return text;
}

}  // namespace muster
