#include "engine/policy/rules/check_policy.h"

#include "engine/policy/rules/sections.h"

namespace muster::codec {

Problems check_policy(const Policy& policy, const Zone& zone, const LoadedPolicy& loaded) {
    RuleReport report{loaded};
    check_head(policy, report);
    check_stores(policy, report);
    check_targets(policy, report);
    check_protect(policy, report);
    check_maintain(policy, report);
    check_drills(policy, report);
    check_times(policy, zone, report);
    return report.take();
}

}  // namespace muster::codec
