// A YAML file that is built in.
#pragma once

#include <string_view>

namespace muster::codec {

struct ShippedText {
    std::string_view name;  ///< of the file, without its extension
    std::string_view text;
};

}  // namespace muster::codec
