// Elapsed time, for phases. It is not the time of day.
#pragma once

#include "engine/base/time.h"

namespace muster {

class Stopwatch {
public:
    /// Time since the last lap, or since construction.
    Duration lap() {
        const auto now = std::chrono::steady_clock::now();
        const auto elapsed = std::chrono::ceil<Duration>(now - last_);
        last_ = now;
        return elapsed;
    }

private:
    std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace muster
