// The handoff report as Markdown, for a reader who never saw muster.
#pragma once

#include <string>

#include "engine/model/handoff.h"

namespace muster {

std::string handoff_markdown(const Handoff& handoff);

}  // namespace muster
