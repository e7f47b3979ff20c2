#include "engine/base/problem.h"

#include <fmt/format.h>

namespace muster {

std::string text_of(const Problem& problem) {
    std::string out = problem.file;
    if (problem.line > 0) out += fmt::format(":{}:{}", problem.line, problem.column);
    if (!out.empty()) out += ": ";
    if (!problem.path.empty()) out += problem.path + ": ";
    out += problem.message;
    if (!problem.hint.empty()) out += "; " + problem.hint;
    return out;
}

}  // namespace muster
