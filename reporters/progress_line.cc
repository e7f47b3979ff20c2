#include "reporters/progress_line.h"

#include <fmt/format.h>

#include "engine/base/bytes.h"

namespace muster {

std::string progress_line(std::string_view what, std::uint64_t done, std::uint64_t total,
                          Duration elapsed) {
    constexpr std::size_t width = 30;
    const double share = static_cast<double>(done) / static_cast<double>(total);
    auto out = fmt::format(
        "{} {:3.0f} % [{:<{}}]", what, share * 100,
        std::string(static_cast<std::size_t>(share * static_cast<double>(width)), '#'), width);
    if (elapsed.count() <= 0 || done == 0) return out;
    const auto seconds = std::chrono::duration<double>(elapsed).count();
    const double rate = static_cast<double>(done) / seconds;
    out += fmt::format(" {}/s", spell_bytes({static_cast<std::uint64_t>(rate)}));
    if (elapsed < std::chrono::seconds{1}) return out;
    const std::chrono::duration<double> left{static_cast<double>(total - done) / rate};
    return out + fmt::format(", {} left", spell_duration(std::chrono::ceil<Duration>(left)));
}

}  // namespace muster
