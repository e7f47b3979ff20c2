// The rules of a scenario: every name it uses is one that something before has made.
#pragma once

#include "engine/model/policy.h"
#include "engine/policy/rules/scenario_names.h"

namespace muster::codec {

/// `names` holds what the drill has besides: its words, and where it has a target, source and
/// chosen.
void check_scenario(const std::string& path, const ScenarioParts& parts, ScenarioNames names,
                    RuleReport& report);

/// A service of a drill, with the words that it may use.
void check_drill_service(const std::string& path, const DrillServiceSpec& service,
                         const ScenarioNames& names, RuleReport& report);

}  // namespace muster::codec
