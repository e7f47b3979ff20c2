#include "engine/base/problem.h"

#include <fmt/format.h>

#include <algorithm>

namespace muster {
namespace {

constexpr std::size_t widest = 100;

std::string head_of(const Problem& problem) {
    std::string out = problem.file;
    if (problem.line > 0) out += fmt::format(":{}:{}", problem.line, problem.column);
    if (!out.empty()) out += ": ";
    if (!problem.path.empty()) out += problem.path + ": ";
    return out + problem.message;
}

bool begins_character(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

/// Characters of UTF-8, tabs and control characters as blanks so that the caret stands below.
std::vector<std::string> characters_of(std::string_view line) {
    std::vector<std::string> out;
    for (const char c : line) {
        if (begins_character(c) || out.empty())
            out.emplace_back(1, static_cast<unsigned char>(c) < 0x20 ? ' ' : c);
        else
            out.back() += c;
    }
    return out;
}

}  // namespace

std::string text_of(const Problem& problem) {
    return head_of(problem) + (problem.hint.empty() ? "" : "; " + problem.hint);
}

std::string text_with_line(const Problem& problem) {
    std::string out = head_of(problem) + "\n";
    if (problem.column > 0 && !problem.source_line.empty()) {
        auto line = characters_of(problem.source_line);
        auto caret = std::min(static_cast<std::size_t>(problem.column) - 1, line.size());
        const auto from = caret > widest / 2 && line.size() > widest ? caret - widest / 2 : 0;
        const auto to = std::min(line.size(), from + widest);
        std::string shown = from > 0 ? "…" : "";
        caret = caret - from + (from > 0 ? 1 : 0);
        for (auto i = from; i < to; ++i) shown += line[i];
        if (to < line.size()) shown += "…";
        out +=
            fmt::format("{:>6} | {}\n       | {}^\n", problem.line, shown, std::string(caret, ' '));
    }
    if (!problem.hint.empty()) out += fmt::format("       = {}\n", problem.hint);
    return out;
}

}  // namespace muster
