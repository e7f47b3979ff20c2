#include "engine/policy/presets.h"

#include <algorithm>

#include "muster_presets.h"

namespace muster::codec {

Words preset_names() {
    Words names;
    for (const auto& preset : presets) names.push_back(preset.name);
    return names;
}

std::optional<std::string_view> preset_text(std::string_view name) {
    const auto* found = std::ranges::find(presets, name, &ShippedText::name);
    return found == presets.end() ? std::nullopt : std::optional{found->text};
}

}  // namespace muster::codec
