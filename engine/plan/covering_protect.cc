#include "engine/plan/covering_protect.h"

#include <algorithm>

#include "engine/plan/selector.h"

namespace muster {

const ProtectSpec* covering_protect(const Policy& policy, const TargetFacts& target,
                                    std::string_view store) {
    const auto kind = kind_of(policy.targets.at(target.spec));
    for (const auto& [name, protect] : policy.protect)
        if (selects(protect.targets, target.spec, target.id, kind) &&
            std::ranges::find(protect.stores, store) != protect.stores.end())
            return &protect;
    return nullptr;
}

Duration proof_life(const Policy& policy, const TargetFacts* target, std::string_view store) {
    const auto* protect = target == nullptr ? nullptr : covering_protect(policy, *target, store);
    return protect == nullptr ? ProtectSpec{}.proof_expires : protect->proof_expires;
}

Duration shortest_proof_life(const Policy& policy) {
    auto out = Duration::max();
    for (const auto& [name, protect] : policy.protect) out = std::min(out, protect.proof_expires);
    return policy.protect.empty() ? ProtectSpec{}.proof_expires : out;
}

std::vector<KeyPlace> keys_of(const SnapshotSpec& snapshot) {
    std::vector<KeyPlace> keys;
    if (snapshot.encrypt) keys.push_back(place_of(*snapshot.encrypt));
    std::ranges::transform(snapshot.decrypt, std::back_inserter(keys), place_of);
    return keys;
}

}  // namespace muster
