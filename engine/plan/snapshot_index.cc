#include "engine/plan/snapshot_index.h"

#include <algorithm>

namespace muster {
namespace {
const SnapshotGroup none;
}

SnapshotIndex::SnapshotIndex(const Observation& observation) {
    for (const auto& store : observation.stores) stores_.push_back(store.name);
    groups_.reserve(observation.targets.size());
    for (const auto& snapshot : observation.snapshots) {
        const auto store = std::ranges::find(stores_, snapshot.store) - stores_.begin();
        if (static_cast<std::size_t>(store) == stores_.size()) stores_.push_back(snapshot.store);
        auto& of_target = groups_[snapshot.target];
        if (of_target.size() <= static_cast<std::size_t>(store))
            of_target.resize(static_cast<std::size_t>(store) + 1);
        of_target[static_cast<std::size_t>(store)].push_back(&snapshot);
    }
    for (auto& [target, of_target] : groups_)
        for (auto& group : of_target)
            std::ranges::sort(group, [](const auto* a, const auto* b) {
                return std::tie(b->created_at, b->key) < std::tie(a->created_at, a->key);
            });
}

const SnapshotGroup& SnapshotIndex::of(std::string_view target, std::string_view store) const {
    const auto found = groups_.find(target);
    if (found == groups_.end()) return none;
    const auto at = static_cast<std::size_t>(std::ranges::find(stores_, store) - stores_.begin());
    return at < found->second.size() ? found->second[at] : none;
}

std::vector<const SnapshotGroup*> SnapshotIndex::of(std::string_view target) const {
    std::vector<const SnapshotGroup*> out;
    const auto found = groups_.find(target);
    if (found == groups_.end()) return out;
    for (const auto& group : found->second)
        if (!group.empty()) out.push_back(&group);
    return out;
}

}  // namespace muster
