#include "engine/codec/load_policy.h"

#include <algorithm>

#include "engine/codec/draft.h"
#include "engine/codec/policy_rules.h"

namespace muster {

Loaded<Policy> load_policy(std::string_view text, const std::string& file) {
    auto [policy, problems, places] = codec::draft_from_yaml<Policy>(text, file);
    // Without places nothing was decoded: the text is no YAML.
    if (!places.empty()) {
        auto senseless = codec::check_policy(policy, problems, places, file);
        std::ranges::move(senseless, std::back_inserter(problems));
        std::ranges::stable_sort(problems, {}, [](const Problem& problem) {
            return std::pair{problem.line, problem.column};
        });
    }
    Loaded<Policy> loaded{std::nullopt, std::move(problems), std::move(places)};
    if (loaded.problems.empty()) loaded.value = std::move(policy);
    return loaded;
}

std::string canonical_text(const Policy& policy) {
    return codec::spell(policy);
}

}  // namespace muster
