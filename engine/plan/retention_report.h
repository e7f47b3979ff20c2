// What pruning would remove and what stays, snapshot by snapshot, for a person to check.
#pragma once

#include "engine/model/plan.h"
#include "engine/model/retention_report.h"

namespace muster {

/// Each target that the plan's selection leaves, in each store that has keep rules for it. The plan
/// is of the same policy and observation, and of prune steps alone: a snapshot that the rules
/// remove has the fate of its step there.
RetentionReport retention_report(const Policy& policy, const Observation& observation,
                                 const Plan& plan);

/// The rules for a directory that no policy describes.
struct DirectoryRules {
    KeepSpec keep;
    bool need_proof = false;  ///< only proven snapshots count
};

/// All snapshots of the observation, of one directory, each group being of one name, volume id and
/// place of the database as the manifests tell them. Nothing goes of a target whose last backup
/// failed. `directory` and `other_files` are left to the caller.
RetentionReport retention_report(const DirectoryRules& rules, const Observation& observation);

/// What carries such a report out, below `root`: one step for each snapshot that goes, one blocked
/// step for each that would; before them, for each group, one that reads back the newest snapshot
/// that stays.
std::vector<Step> prune_steps(const RetentionReport& report, const std::string& root);

}  // namespace muster
