#include "engine/plan/selector.h"

#include <algorithm>

namespace muster {

bool matches(std::string_view pattern, std::string_view name) {
    std::size_t p = 0, n = 0;
    auto star = std::string_view::npos;
    std::size_t star_took = 0;
    while (n < name.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            star_took = n;
        } else if (p < pattern.size() &&
                   (pattern[p] == name[n] || (pattern[p] == '?' && name[n] != '/'))) {
            ++p;
            ++n;
        } else if (star != std::string_view::npos && name[star_took] != '/') {
            p = star + 1;
            n = ++star_took;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

bool selects(const TargetSelector& selector, std::string_view spec, std::string_view id,
             TargetKind kind) {
    const auto means = [&](const std::string& pattern) {
        return matches(pattern, pattern.find('/') == std::string::npos ? spec : id);
    };
    if (selector.kind && *selector.kind != kind) return false;
    if (std::ranges::any_of(selector.except, means)) return false;
    return selector.names.empty() || std::ranges::any_of(selector.names, means);
}

}  // namespace muster
