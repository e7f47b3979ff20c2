// A plan as Markdown, for a review or a ticket.
#pragma once

#include <string>

#include "engine/model/plan.h"

namespace muster {

/// Sections: totals, each bucket with its steps, what waits, what stays, what is wrong now.
std::string plan_markdown(const Plan& plan);

}  // namespace muster
