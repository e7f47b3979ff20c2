// How far an encoding or decoding is.
#pragma once

#include <cstdint>
#include <functional>

#include "engine/base/result.h"

namespace muster {

/// Called on the thread that encodes or decodes, between pieces; an Error ends the work and is its
/// outcome.
using PieceProgress = std::function<Result<>(std::uint64_t done, std::uint64_t total)>;

}  // namespace muster
