#include "engine/model/schedule/local_text.h"

#include <fmt/format.h>

namespace muster {

std::string local_text(const Zone& zone, Time time) {
    const auto offset = offset_at(zone, time);
    const auto apart = std::chrono::duration_cast<std::chrono::minutes>(std::chrono::abs(offset));
    auto text = format_time(time + offset);
    text.pop_back();
    return fmt::format("{}{}{:02}:{:02}", text, offset < offset.zero() ? '-' : '+',
                       apart.count() / 60, apart.count() % 60);
}

}  // namespace muster
