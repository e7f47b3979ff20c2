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

std::string describe_set(std::vector<std::string> members) {
    std::ranges::sort(members);
    Sha256Stream stream;
    for (const auto& member : members) stream.add(member + "\n");
    return fmt::format("{} snapshot{}, set {}", members.size(), members.size() == 1 ? "" : "s",
                       stream.finish().hex.substr(0, 16));
}

}  // namespace

std::vector<Assumption> assumptions_of(const Policy& policy, const Observation& observation,
                                       const std::vector<std::string>& target_ids) {
    std::vector<Assumption> out{{"policy", observation.policy_hash.hex}};
    for (const auto& target : observation.targets)
        if (std::ranges::find(target_ids, target.id) != target_ids.end())
            out.push_back({"target " + target.id, identity_of(target)});

    std::map<std::pair<std::string, std::string>, std::vector<std::string>> sets;
    for (const auto& id : target_ids)
        for (const auto& [store, spec] : policy.stores) sets[{id, store}];
    for (const auto& snapshot : observation.snapshots) {
        const auto set = sets.find({snapshot.target, snapshot.store});
        if (set != sets.end())
            set->second.push_back(fmt::format("{} {} {}", snapshot.key, snapshot.checksum.hex,
                                              static_cast<int>(snapshot.state)));
    }
    for (auto& [where, members] : sets)
        out.push_back({fmt::format("snapshots of {} in {}", where.first, where.second),
                       describe_set(std::move(members))});
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
