// Which snapshots of one target in one store stay. Follows restic 0.16 and later: rules are
// independent and ORed, the newest of a bucket stays, empty buckets do not count, and the oldest
// stays while a rule has counts left. Buckets are UTC days.
#pragma once

#include <string>
#include <vector>

#include "engine/model/observation.h"
#include "engine/model/policy.h"

namespace muster {

struct Retained {
    SnapshotFacts snapshot;
    std::vector<std::string> reasons;  ///< why it stays; empty: no rule keeps it
};

/// `group` is one target in one store, in any order; the result is newest first and holds every
/// element once. Only proven snapshots fill buckets where `need_proof`; whatever is unproven,
/// found bad, unfinished, or dated after `now` stays and fills none. The newest proven one
/// always stays.
std::vector<Retained> retain(const KeepSpec& keep, std::vector<SnapshotFacts> group, Time now,
                             bool need_proof);

}  // namespace muster
