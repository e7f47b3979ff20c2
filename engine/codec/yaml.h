// YAML text to a document tree.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "engine/base/problem.h"
#include "engine/codec/node.h"

namespace muster::codec {

/// One YAML document of at most 1 MiB, 64 levels and 100,000 values. Tags, merge keys, duplicate
/// keys, keys that are no text and further documents are problems. Aliases are expanded within
/// the bound of values. Never throws.
std::variant<Node, Problems> parse_yaml(std::string_view text, const std::string& file);

}  // namespace muster::codec
