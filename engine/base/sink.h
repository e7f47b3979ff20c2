// Where text goes that is written piece by piece.
#pragma once

#include <functional>
#include <string_view>

#include "engine/base/result.h"

namespace muster {

/// Takes the pieces in order; its failure ends the writing.
using Sink = std::function<Result<>(std::string_view)>;

}  // namespace muster
