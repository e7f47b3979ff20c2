#include "engine/plan/repair.h"

#include <algorithm>

#include "engine/base/error.h"

namespace muster {

std::optional<Reason> unsafe_to_repair(const DatabaseHealth& health) {
    if (!health.repair) return std::nullopt;
    const auto& [repairs, fault] = *health.repair;
    for (const auto& finding : health.findings) {
        if (finding.severity != Severity::error || finding.verdict == Verdict::good) continue;
        if (!finding.check.empty() &&
            std::ranges::find(repairs, finding.check, &Repair::check) != repairs.end())
            continue;
        const bool damage = fails(finding) && finding.check.empty();
        return Reason{std::string{name_of(damage ? ErrorCode::damaged : ErrorCode::other_findings)},
                      told(finding)};
    }
    if (fault.empty()) return std::nullopt;
    return Reason{std::string{name_of(ErrorCode::repair_failed)}, fault};
}

RepairPosture posture_of(const DatabaseHealth& health) {
    if (!health.repair) return RepairPosture::none;
    return unsafe_to_repair(health) ? RepairPosture::unsafe : RepairPosture::safe;
}

}  // namespace muster
