#include "engine/plan/jobs.h"

#include <set>

#include "engine/plan/selector.h"

namespace muster {
namespace {

std::vector<std::string> targets_of(const TargetSelector& selector, const Policy& policy,
                                    std::optional<TargetKind> only = std::nullopt) {
    std::set<std::string> names;
    for (const auto& [name, target] : policy.targets) {
        const auto kind = kind_of(target);
        if (only && *only != kind) continue;
        if (selects(selector, name, name, kind)) names.insert(name);
        for (const auto& written : selector.names)
            if (written.starts_with(name + "/") && selects(selector, name, written, kind))
                names.insert(written);
    }
    return {names.begin(), names.end()};
}

}  // namespace

std::vector<Job> jobs_of(const Policy& policy) {
    std::vector<Job> jobs;
    for (const auto& [name, each] : policy.protect)
        jobs.push_back({"protect." + name, each.schedule, targets_of(each.targets, policy)});
    for (const auto& [name, each] : policy.maintain)
        jobs.push_back({"maintain." + name, each.schedule,
                        targets_of(each.targets, policy, TargetKind::sqlite)});
    for (const auto& [name, each] : policy.drills) {
        const bool needs_none = !each.scenario && each.targets == TargetSelector{};
        jobs.push_back(
            {"drills." + name, each.schedule,
             needs_none ? std::vector<std::string>{} : targets_of(each.targets, policy)});
    }
    return jobs;
}

}  // namespace muster
