// Text that is safe inside of Markdown.
#pragma once

#include <string>
#include <string_view>

namespace muster {

/// Text in a table cell or a sentence: nothing in it is Markdown.
std::string plain(std::string_view text);
/// Between backquotes, also in a table cell.
std::string code(std::string_view text);

}  // namespace muster
