#include "engine/base/bytes.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

namespace muster {
namespace {
constexpr std::array<std::string_view, 5> names{"B", "KiB", "MiB", "GiB", "TiB"};
}

std::optional<Bytes> parse_bytes(std::string_view text) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || !(number >= 0)) return std::nullopt;
    const std::string_view unit{end, static_cast<std::size_t>(text.data() + text.size() - end)};
    double factor = 1;
    for (const auto& name : names) {
        if (unit == name || unit.empty()) {
            const double total = number * factor;
            if (total != std::floor(total) || total > 9e15) return std::nullopt;
            return Bytes{static_cast<std::uint64_t>(total)};
        }
        factor *= 1024;
    }
    return std::nullopt;
}

std::string spell_bytes(Bytes bytes) {
    auto amount = static_cast<double>(bytes.count);
    std::size_t unit = 0;
    while (amount >= 1024 && unit + 1 < names.size()) {
        amount /= 1024;
        ++unit;
    }
    return unit == 0 ? fmt::format("{} B", bytes.count)
                     : fmt::format("{:.1f} {}", amount, names[unit]);
}

}  // namespace muster
