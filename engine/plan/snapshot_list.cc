#include "engine/plan/snapshot_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <unordered_map>

#include "engine/plan/availability.h"
#include "engine/plan/covering_protect.h"

namespace muster {
namespace {

using std::chrono::floor;
using std::chrono::seconds;

/// A proof speaks of the bytes that were read: where the files are not as their manifest says, it
/// speaks of nothing that lies there.
ProofState proof_state(const SnapshotFacts& facts, std::optional<Time> expires, Time now) {
    if (facts.known_bad) return ProofState::bad;
    if (!expires) return ProofState::never;
    if (facts.state == SnapshotState::broken) return ProofState::bad;
    return *expires > now ? ProofState::valid : ProofState::expired;
}

ListedSnapshot listed(const SnapshotFacts& facts, const TargetFacts* target, Duration life,
                      Time now) {
    ListedSnapshot out;
    out.target = facts.target;
    out.volume_id = target != nullptr ? target->volume_id : facts.volume_id;
    out.source = target != nullptr ? target->path : facts.source_path;
    out.store = facts.store;
    out.id = facts.key;
    out.path = facts.path;
    out.state = facts.state;
    out.detail = facts.detail.text();
    out.told_by = facts.former.text();
    if (facts.created_at > Time{}) out.created_at = facts.created_at;
    if (out.created_at && *out.created_at <= now) out.age = now - *out.created_at;
    out.bytes = facts.bytes;
    if (!facts.checksum.empty()) out.checksum = facts.checksum;
    out.proven_at = facts.proven_at;
    if (facts.proven_at) out.proof_expires_at = *facts.proven_at + floor<seconds>(life);
    out.proof = proof_state(facts, out.proof_expires_at, now);
    out.pinned = facts.pinned;
    return out;
}

bool stands_before(const ListedSnapshot& a, const ListedSnapshot& b) {
    const auto group = [](const ListedSnapshot& each) {
        return std::tuple{each.target.empty(), std::string_view{each.target},
                          std::string_view{each.volume_id}, std::string_view{each.source},
                          std::string_view{each.store}};
    };
    if (group(a) != group(b)) return group(a) < group(b);
    const auto when = [](const ListedSnapshot& each) {
        return each.created_at.value_or(Time::max());
    };
    return std::tuple{when(b), std::string_view{b.id}} <
           std::tuple{when(a), std::string_view{a.id}};
}

using Life = std::function<Duration(const TargetFacts*, const std::string& store)>;

SnapshotList list_of(const Observation& world, const Life& life_of) {
    SnapshotList out;
    out.at = world.now;
    std::unordered_map<std::string_view, const TargetFacts*> targets;
    for (const auto& target : world.targets) targets.emplace(target.id, &target);
    std::map<std::pair<std::string_view, std::string_view>, Duration> lives;
    for (const auto& facts : world.snapshots) {
        const auto found = targets.find(facts.target);
        const auto* target = found == targets.end() ? nullptr : found->second;
        const auto [life, is_new] = lives.try_emplace({facts.target, facts.store});
        if (is_new) life->second = life_of(target, facts.store);
        out.snapshots.push_back(listed(facts, target, life->second, world.now));
    }
    std::ranges::sort(out.snapshots, stands_before);
    return out;
}

/// A list that lacks what lies in a store must say so.
Finding unseen(const StoreFacts& store, std::string code, const std::string& why,
               std::string next) {
    return {std::move(code),
            Severity::warning,
            Verdict::unchecked,
            store.root,
            fmt::format("store {}: {}; what lies there may be missing here", store.name, why),
            "",
            "",
            "",
            std::move(next)};
}

}  // namespace

SnapshotList snapshot_list(const Policy& policy, const Observation& observation) {
    auto out = list_of(observation, [&](const TargetFacts* target, const std::string& store) {
        return proof_life(policy, target, store);
    });
    out.policy_name = policy.name;
    for (const auto& store : observation.stores) {
        const auto spec = policy.stores.find(store.name);
        if (spec != policy.stores.end() && spec->second.local.empty()) {
            const auto reason = unavailable(spec->second);
            if (reason) out.findings.push_back(unseen(store, reason->code, reason->text, ""));
        } else if (store.trouble) {
            out.findings.push_back(
                unseen(store, store.trouble->code, store.trouble->message, store.trouble->hint));
        }
    }
    return out;
}

SnapshotList snapshot_list(const Observation& observation, Duration proof_life) {
    return list_of(observation,
                   [proof_life](const TargetFacts*, const std::string&) { return proof_life; });
}

void narrow(SnapshotList& list, const ListFilter& filter) {
    const auto named = [&](const std::string& target) {
        return filter.targets.empty() ||
               std::ranges::any_of(filter.targets, [&](const std::string& name) {
                   return target == name || target.starts_with(name + "/");
               });
    };
    std::erase_if(list.snapshots, [&](const ListedSnapshot& each) {
        if (!named(each.target)) return true;
        if (!filter.store.empty() && each.store != filter.store) return true;
        return filter.proven &&
               (each.state != SnapshotState::complete || each.proof != ProofState::valid);
    });
}

void narrow(SnapshotList& list, const TargetFacts& target) {
    std::erase_if(list.snapshots, [&](const ListedSnapshot& each) {
        if (!each.target.empty()) return each.target != target.id;
        if (!each.volume_id.empty()) return each.volume_id != target.volume_id;
        return each.id.find(target.id) == std::string::npos;
    });
}

}  // namespace muster
