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

std::vector<SecretRef> keys_of(const SnapshotSpec& snapshot) {
    std::vector<SecretRef> keys;
    if (snapshot.encrypt) keys.push_back(*snapshot.encrypt);
    keys.insert(keys.end(), snapshot.decrypt.begin(), snapshot.decrypt.end());
    return keys;
}

}  // namespace muster
