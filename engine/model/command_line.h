// Programs and their arguments, as somebody would type them.
#pragma once

#include <string>
#include <vector>

namespace muster {

/// Each as what a shell takes for one word.
std::string command_line(const std::vector<std::string>& argv);

}  // namespace muster
