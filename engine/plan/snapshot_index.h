// The snapshots of an observation by target and store, so that a plan of a whole fleet takes one
// look at each.
#pragma once

#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/model/observation.h"

namespace muster {

using SnapshotGroup = std::vector<const SnapshotFacts*>;

/// Refers to the observation, which must outlive it unchanged.
class SnapshotIndex {
public:
    explicit SnapshotIndex(const Observation& observation);

    /// Newest first, whatever order they were observed in; empty for what it does not know.
    const SnapshotGroup& of(std::string_view target, std::string_view store) const;
    /// Of all stores, one group each.
    std::vector<const SnapshotGroup*> of(std::string_view target) const;

private:
    std::vector<std::string_view> stores_;
    std::unordered_map<std::string_view, std::vector<SnapshotGroup>> groups_;
};

}  // namespace muster
