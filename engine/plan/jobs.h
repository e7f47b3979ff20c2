// What a policy does by itself: every entry of protect, maintain and drills is one job.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/model/policy.h"

namespace muster {

struct Job {
    std::string name;  ///< "protect.finance", "maintain.nightly", "drills.smoke"
    std::optional<ScheduleSpec> schedule;  ///< nothing: due at every apply
    /// Keys of `targets` that the entry means, sorted; beside them matches of a glob that it names
    /// itself ("tenants/acme"). Empty where it needs none, as a drill with steps of its own.
    std::vector<std::string> targets;
};

/// In the order of the sections protect, maintain, drills; by name inside each.
std::vector<Job> jobs_of(const Policy& policy);

}  // namespace muster
