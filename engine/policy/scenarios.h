// The shipped scenarios, from drills/catalog/.
#pragma once

#include <string_view>

#include "engine/model/policy/drill_spec.h"

namespace muster {

/// As it is written.
std::string_view scenario_text(Scenario scenario);

/// Read once. Every shipped scenario can be read and keeps the rules: a test sees to it.
const ScenarioSpec& scenario_of(Scenario scenario);

}  // namespace muster
