// Regular expressions of a policy, in the syntax of RE2: no back references, no looking around.
#pragma once

#include <string_view>

namespace muster {

/// Of at most 512 bytes, and small when it is compiled.
bool is_pattern(std::string_view text);

/// Whether it is found anywhere in the text; ^ and $ are the ends of all of it. Takes a time that
/// grows with the length of the text and no faster. False where it is no pattern.
bool is_found(std::string_view pattern, std::string_view text);

}  // namespace muster
