// A document tree as JSON text.
#pragma once

#include <string>

#include "engine/codec/node.h"

namespace muster::codec {

enum class Layout { pretty, line };

/// Keys in the order of the tree; numbers as they are spelled. Pretty: two spaces of indentation
/// and a newline at the end. Plain scalars must be spelled as JSON spells them (what parse_json
/// and encode give). Bytes that are not UTF-8 become U+FFFD.
std::string json_text(const Node& node, Layout layout);

/// The same tree with its plain scalars spelled as JSON spells them, by what they mean.
Node as_json(const Node& node);

}  // namespace muster::codec
