// One line that says how far a piece of work is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/time.h"

namespace muster {

/// "reading a.sqlite  42 % [####    ] 120.0 MiB/s, 3.0 s left": `done` of `total` bytes since
/// `elapsed`, at the mean rate of that time. What is left is told only after a second, before which
/// it is a guess. `total` is not 0, and `done` at most that.
std::string progress_line(std::string_view what, std::uint64_t done, std::uint64_t total,
                          Duration elapsed);

}  // namespace muster
