#include "engine/plan/chains.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "engine/model/layout.h"

namespace muster {
namespace {

/// Each link has to be read, and is one more to lose: a day of hours.
constexpr std::size_t longest = 24;

using ByKey = std::unordered_map<std::string_view, const SnapshotFacts*>;

/// What may be told by: a snapshot, and how many it is told by itself.
struct Candidate {
    const SnapshotFacts* snapshot = nullptr;
    const SnapshotFacts* full = nullptr;
    std::size_t links = 0;
};

/// Nothing where a part of its chain is not whole.
std::optional<Candidate> candidate(const SnapshotFacts& snapshot, const ByKey& usable) {
    Candidate out{&snapshot, &snapshot, 0};
    while (!out.full->former.empty()) {
        const auto next = usable.find(out.full->former.text());
        if (next == usable.end() || ++out.links > usable.size()) return std::nullopt;
        out.full = next->second;
    }
    return out;
}

/// Where what was there before is read from, by what costs less.
std::string_view how_read(const SnapshotFacts& full) {
    const std::string_view key = full.key;
    if (key.ends_with(".zst"))
        return "of the full one only frames that are needed are decompressed, or all of them once";
    const bool sealed = key.ends_with(".gz") || key.ends_with(".enc");
    return sealed ? "the full one is decoded once, into the state directory"
                  : "the full one is read where it lies";
}

Bytes stored_since(const SnapshotFacts& full, const SnapshotGroup& group) {
    Bytes out;
    for (const auto* each : group)
        if (!each->former.empty() && each->created_at >= full.created_at) out += each->bytes;
    return out;
}

}  // namespace

void condemn_dependents(Observation& world) {
    std::unordered_map<std::string, SnapshotFacts*> by_key;
    const auto key_of = [](const SnapshotFacts& each, const std::string& key) {
        return each.store + "\n" + key;
    };
    std::vector<SnapshotFacts*> told;
    for (auto& each : world.snapshots)
        if (!each.former.empty()) told.push_back(&each);
    if (told.empty()) return;
    for (auto& each : world.snapshots) by_key.emplace(key_of(each, each.key), &each);
    for (bool more = true; more;) {  // as often as the longest chain has links
        more = false;
        for (auto* each : told) {
            const auto former = by_key.find(key_of(*each, each->former.text()));
            if (former == by_key.end() || !former->second->damaged || each->damaged) continue;
            more = each->damaged = each->known_bad = true;
            each->detail =
                fmt::format("holds only what changed since {}, which is bad", each->former.text());
        }
    }
}

FormerChoice choose_former(const KindRules& rules, const SnapshotGroup& group) {
    if (rules.kind == SnapshotKind::full) return {nullptr, {}, "full"};
    ByKey usable;
    for (const auto* each : group)
        if (each->state == SnapshotState::complete && !each->known_bad &&
            each->created_at <= rules.now && folder_of(each->key) == rules.folder)
            usable.emplace(each->key, each);
    std::optional<Candidate> last;
    for (auto each = group.begin(); each != group.end() && !last; ++each)
        if (usable.contains((*each)->key)) last = candidate(**each, usable);
    const auto full = std::ranges::find_if(group, [&](const auto* each) {
        return each->former.empty() && usable.contains(each->key);
    });
    if (!last || full == group.end()) return {nullptr, {}, "full: there is none to tell it by"};
    const auto& base = **full;
    if (rules.full_every && rules.now - base.created_at >= *rules.full_every)
        return {nullptr,
                {},
                fmt::format("full: the last full one is of {}", format_time(base.created_at))};
    const auto told_by = [&](DeltaKind kind, const SnapshotFacts& former) {
        return FormerChoice{&former, kind,
                            fmt::format("{}: what changed since {}; {}", name_of(kind), former.key,
                                        how_read(base))};
    };
    if (rules.kind == SnapshotKind::diff) return told_by(DeltaKind::diff, base);
    const auto stored = stored_since(base, group);
    if (rules.kind == SnapshotKind::automatic && stored.count > base.bytes.count / 2)
        return {nullptr,
                {},
                fmt::format("full: {} of changes were stored since the last full one",
                            spell_bytes(stored))};
    if (last->links >= longest) return told_by(DeltaKind::diff, base);
    return told_by(DeltaKind::incr, *last->snapshot);
}

}  // namespace muster
