// Programs and their arguments, as somebody would type them.
#pragma once

#include <string>
#include <vector>

namespace muster {

/// As a shell takes it for one word.
std::string shell_word(const std::string& text);
/// Each as one word.
std::string command_line(const std::vector<std::string>& argv);

}  // namespace muster
