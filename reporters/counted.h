// Numbers of things, as people write them.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace muster {

/// "1 check", "2 checks".
inline std::string counted(std::ptrdiff_t count, std::string_view thing) {
    return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

}  // namespace muster
