#include "engine/policy/scenarios.h"

#include <algorithm>
#include <map>
#include <mutex>

#include "engine/codec/documents.h"
#include "muster_scenarios.h"

namespace muster {

std::string_view scenario_text(Scenario scenario) {
    const auto* found = std::ranges::find(codec::scenarios, name_of(scenario),
                                          [](const auto& each) { return each.name; });
    return found == codec::scenarios.end() ? std::string_view{} : found->text;
}

const ScenarioSpec& scenario_of(Scenario scenario) {
    static std::mutex mutex;
    static std::map<Scenario, ScenarioSpec> known;
    const std::scoped_lock alone{mutex};
    const auto [place, fresh] = known.try_emplace(scenario);
    if (fresh) {
        auto loaded = from_yaml<ScenarioSpec>(scenario_text(scenario),
                                              "drills/catalog/" + std::string{name_of(scenario)});
        if (loaded.value) place->second = *std::move(loaded.value);
    }
    return place->second;
}

}  // namespace muster
