// Bad input, told as data: every problem of a document at once, none of them an Error.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace muster {

/// One fault of an input document. line and column count from 1; 0 where there is no place
/// (a missing file, a document made by a command).
struct Problem {
    std::string file;
    int line = 0;
    int column = 0;
    std::string path;     ///< the key, as in "targets.finance.rpo"; empty for the whole document
    std::string message;  ///< what is wrong and why
    std::string hint;     ///< what to write instead
    std::string source_line = {};  ///< the line it is about, where there is one

    bool operator==(const Problem&) const = default;
};

using Problems = std::vector<Problem>;

/// Whoever reads a document stops at so many: nobody mends more before the next try.
inline constexpr std::size_t most_problems = 100;

/// "policy.yaml:3:7: targets.finance.rpo: message; hint".
std::string text_of(const Problem& problem);

/// The same with the line it is about and a caret below it, and the hint on a line of its own; ends
/// in a newline. Long lines are cut around the caret.
std::string text_with_line(const Problem& problem);

}  // namespace muster
