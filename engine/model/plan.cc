#include "engine/model/plan.h"

#include <fmt/format.h>

#include <charconv>

namespace muster {

std::optional<Shard> TextForm<Shard>::parse(std::string_view text) {
    const auto slash = text.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const auto number = [](std::string_view digits) -> std::optional<int> {
        int value = 0;
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
        return value;
    };
    const auto index = number(text.substr(0, slash)), count = number(text.substr(slash + 1));
    if (!index || !count || *index < 1 || *index > *count) return std::nullopt;
    return Shard{*index, *count};
}

std::string TextForm<Shard>::format(const Shard& shard) {
    return fmt::format("{}/{}", shard.index, shard.count);
}

}  // namespace muster
