#include "engine/plan/serial.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace muster {
namespace {

std::string identity_of(const TargetFacts& target) {
    if (target.trouble) return fmt::format("{} ({})", target.path, target.trouble->code);
    return fmt::format("{} (device {}, inode {})", target.path, target.device, target.inode);
}

std::string describe_set(const SnapshotGroup& group) {
    std::vector<std::string> members;
    for (const auto* snapshot : group)
        members.push_back(fmt::format("{} {} {}{}", snapshot->key, snapshot->checksum.hex(),
                                      static_cast<int>(snapshot->state),
                                      snapshot->pinned ? " pinned" : ""));
    std::ranges::sort(members);
    Sha256Stream stream;
    for (const auto& member : members) stream.add(member + "\n");
    return fmt::format("{} snapshot{}, set {}", members.size(), members.size() == 1 ? "" : "s",
                       stream.finish().hex().substr(0, 16));
}

}  // namespace

std::vector<Assumption> assumptions_of(const Policy& policy, const PlanDraft& draft) {
    std::vector<Assumption> out{{"policy", draft.world().policy_hash.hex()}};
    for (const auto* target : draft.chosen())
        out.push_back({"target " + target->id, identity_of(*target)});
    for (const auto* target : draft.chosen())
        for (const auto& [store, spec] : policy.stores)
            out.push_back({fmt::format("snapshots of {} in {}", target->id, store),
                           describe_set(draft.snapshots().of(target->id, store))});
    return out;
}

Sha256 serial_of(const std::vector<Assumption>& assumptions) {
    Sha256Stream stream;
    for (const auto& each : assumptions) stream.add(each.fact + "\n" + each.value + "\n");
    return stream.finish();
}

std::vector<std::string> differences(const std::vector<Assumption>& then,
                                     const std::vector<Assumption>& now) {
    std::map<std::string, std::string> before, after;
    for (const auto& each : then) before[each.fact] = each.value;
    for (const auto& each : now) after[each.fact] = each.value;
    std::vector<std::string> out;
    for (const auto& [fact, value] : before) {
        const auto found = after.find(fact);
        if (found == after.end())
            out.push_back(fmt::format("{} is gone (was {})", fact, value));
        else if (found->second != value)
            out.push_back(fmt::format("{} was {}, is {}", fact, value, found->second));
    }
    for (const auto& [fact, value] : after)
        if (!before.contains(fact)) out.push_back(fmt::format("{} is new ({})", fact, value));
    return out;
}

}  // namespace muster
