#include "engine/snapshot/list.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "engine/snapshot/commit.h"
#include "engine/snapshot/names.h"
#include "engine/snapshot/pin.h"

namespace muster {
namespace {

/// The key of the artifact that a hidden file belongs to, or nothing.
std::optional<std::string> owner_of(const std::string& key, std::string_view suffix) {
    const fs::path path{key};
    const auto name = path.filename().string();
    if (!name.starts_with('.') || !name.ends_with(suffix)) return std::nullopt;
    return (path.parent_path() / name.substr(1, name.size() - 1 - suffix.size())).string();
}

/// The database that each snapshot holds, by its key, and the one it is told by.
struct States {
    std::map<std::string, Sha256> held, told_by;
};

SnapshotFacts describe(const std::string& key, const LocalStore& store,
                       const std::map<std::string, Bytes>& files, States& states) {
    SnapshotFacts facts;
    facts.key = key;
    facts.path = store.path_of(key).string();
    if (const auto pin = pin_on(facts.path)) facts.pinned = pin->reason;
    const auto broken = [&](std::string detail) {
        facts.state = SnapshotState::broken;
        facts.detail = std::move(detail);
        return facts;
    };
    auto manifest = read_manifest(facts.path);
    if (!manifest) return broken(manifest.error().message);
    if (!*manifest) return broken("its manifest was removed just now");
    facts.target = (*manifest)->volume_name;
    facts.volume_id = (*manifest)->volume_id;
    facts.source_path = (*manifest)->source_path;
    facts.created_at = (*manifest)->created_at;
    facts.bytes = (*manifest)->bytes_written;
    facts.checksum = (*manifest)->checksum_sha256;
    if (const auto& delta = (*manifest)->delta) {
        facts.former = (fs::path{key}.parent_path() / delta->reference).lexically_normal().string();
        states.told_by[key] = delta->reference_sha256;
    }
    states.held[key] = (*manifest)->content_sha256();
    const auto artifact = files.find(key);
    if (artifact == files.end()) return broken("its artifact is missing");
    if (artifact->second != facts.bytes)
        return broken(fmt::format("its artifact has {} bytes, its manifest says {}",
                                  artifact->second.count, facts.bytes.count));
    return facts;
}

/// What is told by a snapshot that is not there as it was cannot be restored either.
void break_chains(std::vector<SnapshotFacts>& snapshots, const States& states) {
    if (states.told_by.empty()) return;
    std::map<std::string_view, const SnapshotFacts*> by_key;
    std::vector<SnapshotFacts*> told;
    for (auto& each : snapshots) {
        by_key.emplace(each.key, &each);
        if (!each.former.empty()) told.push_back(&each);
    }
    for (bool more = true; more;) {  // as often as the longest chain has links
        more = false;
        for (auto* each : told) {
            if (each->state != SnapshotState::complete) continue;
            const auto former = by_key.find(each->former.text());
            std::string_view how;
            if (former == by_key.end())
                how = "is missing";
            else if (former->second->state != SnapshotState::complete)
                how = "is broken";
            else if (states.held.at(former->second->key) != states.told_by.at(each->key))
                how = "holds another state by now";
            if (how.empty()) continue;
            more = true;
            each->state = SnapshotState::broken;
            each->detail =
                fmt::format("holds only what changed since {}, which {}", each->former.text(), how);
        }
    }
}

}  // namespace

Result<std::vector<SnapshotFacts>> list_snapshots(const std::string& store_name,
                                                  const LocalStore& store) {
    MUSTER_TRY(const auto listing, store.list());
    std::map<std::string, Bytes> files;
    for (const auto& file : listing) files[file.key] = file.bytes;

    std::vector<SnapshotFacts> out;
    States states;
    for (const auto& [key, bytes] : files) {
        if (key.ends_with(manifest_suffix)) {
            out.push_back(
                describe(key.substr(0, key.size() - manifest_suffix.size()), store, files, states));
            out.back().store = store_name;
        } else if (const auto owner = owner_of(key, intent_suffix)) {
            if (files.contains(*owner + std::string{manifest_suffix})) continue;
            const auto artifact = store.path_of(*owner);
            if (is_under_way(artifact)) continue;
            const auto still = status_of(hidden_beside(artifact, intent_suffix));
            if (still && !still->exists) continue;  // that run has ended meanwhile
            SnapshotFacts facts;
            facts.store = store_name;
            facts.key = *owner;
            facts.path = store.path_of(*owner).string();
            if (const auto pin = pin_on(facts.path)) facts.pinned = pin->reason;
            facts.state = SnapshotState::unfinished;
            facts.detail =
                "a killed run left it before it was committed; the next backup of this target cleans it up";
            out.push_back(std::move(facts));
        }
    }
    break_chains(out, states);
    return out;
}

Result<std::vector<std::string>> files_of_others(const LocalStore& store,
                                                 const std::vector<SnapshotFacts>& snapshots) {
    MUSTER_TRY(const auto listing, store.list());
    std::set<std::string> ours;
    for (const auto& snapshot : snapshots)
        for (const auto suffix : {std::string_view{}, manifest_suffix, pin_suffix, checksum_suffix})
            ours.insert(snapshot.key + std::string{suffix});
    std::vector<std::string> out;
    for (const auto& file : listing) {
        const bool of_a_run = owner_of(file.key, claim_suffix) ||
                              owner_of(file.key, partial_suffix) ||
                              owner_of(file.key, intent_suffix);
        if (!of_a_run && !ours.contains(file.key)) out.push_back(file.key);
    }
    return out;
}

}  // namespace muster
