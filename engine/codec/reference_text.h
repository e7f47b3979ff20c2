// The pieces of a reference page that need no types.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/codec/node.h"

namespace muster::codec {

/// Words that mean something in Markdown are escaped; a URL becomes code.
std::string as_markdown(std::string_view text);

/// "`a`, `b`".
std::string in_code(const std::vector<std::string_view>& words, std::string_view between);

/// Where a link to the heading goes: lower case, blanks as hyphens.
std::string anchor_of(std::string_view heading);

/// null, empty text, or an empty list or mapping.
bool is_nothing(const Node& node);

}  // namespace muster::codec
