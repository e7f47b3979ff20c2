// One value of a document, by its JSON pointer.
#pragma once

#include <string_view>

#include "engine/codec/node.h"

namespace muster::codec {

/// RFC 6901; null where it names nothing. The empty pointer names the whole.
const Node* find_pointer(const Node& document, std::string_view pointer);

}  // namespace muster::codec
