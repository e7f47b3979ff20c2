// How long copying a database keeps writers waiting, before it is tried.
#pragma once

#include "engine/base/bytes.h"
#include "engine/base/time.h"

namespace muster {

/// A writer in rollback mode waits while the copy reads: 20 ms, and 1 s for each 256 MiB. Measured
/// were 1.1 s for 1 GB from a warm cache; the rate leaves room for a slow disk and is a promise to
/// nobody: copy_database measures, and lets writers in when the limit is near.
constexpr Duration estimated_pause(Bytes database) {
    constexpr std::uint64_t bytes_per_ms = (std::uint64_t{256} << 20U) / 1000;
    return Duration{20 + static_cast<Duration::rep>(database.count / bytes_per_ms)};
}

}  // namespace muster
