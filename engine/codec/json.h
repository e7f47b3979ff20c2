// JSON text to a document tree.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "engine/base/problem.h"
#include "engine/codec/node.h"
#include "engine/model/json_text.h"

namespace muster::codec {

/// One JSON document of at most 64 MiB, 64 levels and a million values. Duplicate keys are
/// problems. Never throws.
std::variant<Node, Problems> parse_json(std::string_view text, const std::string& file);

/// The value that the text holds; null where it is no JSON.
Node node_of(const JsonText& json);

}  // namespace muster::codec
