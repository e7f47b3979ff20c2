#include "reporters/value_list.h"

#include <fmt/format.h>

namespace muster {

std::string value_list(const std::vector<int>& values, const ValueStyle& style) {
    std::string out;
    const auto add = [&](const std::string& item) { out += (out.empty() ? "" : ",") + item; };
    const auto number = [&](int value) { return fmt::format("{:0{}}", value, style.width); };
    for (std::size_t i = 0; i < values.size();) {
        std::size_t end = i + 1;
        while (end < values.size() && values[end] == values[end - 1] + 1) ++end;
        if (end - i >= 3) {
            add(number(values[i]) + std::string{style.range} + number(values[end - 1]));
        } else {
            for (std::size_t each = i; each < end; ++each) add(number(values[each]));
        }
        i = end;
    }
    return out;
}

int step_of(const std::vector<int>& values, int first, int last) {
    if (values.size() < 3 || values.front() != first) return 0;
    const int step = values[1] - values[0];
    for (std::size_t i = 1; i < values.size(); ++i)
        if (values[i] - values[i - 1] != step) return 0;
    return step >= 2 && values.back() + step > last ? step : 0;
}

}  // namespace muster
