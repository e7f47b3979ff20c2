// The presets that are built in, from policies/presets/: parts of policies to extend.
#pragma once

#include <optional>
#include <string_view>

#include "engine/codec/nearest.h"

namespace muster::codec {

codec::Words preset_names();
std::optional<std::string_view> preset_text(std::string_view name);

}  // namespace muster::codec
