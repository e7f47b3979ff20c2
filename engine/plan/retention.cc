#include "engine/plan/retention.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "engine/plan/keep_rules.h"

namespace muster {
namespace {

/// Why a snapshot does not count; nothing when it does.
std::optional<Reason> outside_the_rules(const SnapshotFacts& snapshot,
                                        const RetentionRules& rules) {
    if (snapshot.state == SnapshotState::unfinished)
        return Reason{"unfinished", "unfinished: the next backup of this target cleans it up"};
    if (snapshot.state == SnapshotState::foreign) return Reason{"foreign", "of another database"};
    if (snapshot.state == SnapshotState::broken)
        return Reason{"broken", "broken: left for you to look at"};
    if (snapshot.known_bad) return Reason{"bad", "found bad: left for you to look at"};
    if (snapshot.created_at <= Time{})
        return Reason{"unreadable_time", "its time is unreadable: left for you to look at"};
    if (snapshot.created_at > rules.now)
        return Reason{"future_time", "dated in the future: the clock was wrong, then or now"};
    if (rules.need_proof && !snapshot.proven_at) return Reason{"unproven", "not proven yet"};
    return std::nullopt;
}

std::vector<Retained> newest_first(std::vector<const SnapshotFacts*> group) {
    std::ranges::sort(group, [](const auto* a, const auto* b) {
        if (a->created_at != b->created_at) return a->created_at > b->created_at;
        // Within one second the snapshot still to be taken (it lies nowhere yet) is the newest.
        return a->path.empty() != b->path.empty() ? a->path.empty() : a->key > b->key;
    });
    std::vector<Retained> out;
    out.reserve(group.size());
    for (const auto* snapshot : group) out.push_back({snapshot, true, {}});
    return out;
}

/// What max_total leaves. Once something did not fit, nothing does: a small old snapshot never
/// stays where a newer one went.
class Room {
public:
    explicit Room(const std::optional<Bytes>& total) : left_(total) {}

    bool take(Bytes bytes) {
        if (!left_) return true;
        full_ = full_ || bytes > *left_;
        if (!full_) left_->count -= bytes.count;
        return !full_;
    }

private:
    std::optional<Bytes> left_;
    bool full_ = false;
};

/// Gives each of `counted` the reasons for which it stands above the caps.
void protect_from_caps(const std::vector<Retained*>& counted, const KeepSpec& keep,
                       bool need_proof) {
    bool newest_proven_seen = false;
    for (std::size_t i = 0; i < counted.size(); ++i) {
        auto& reasons = counted[i]->reasons;
        if (i == 0 && !need_proof) reasons.push_back({"newest", "newest"});
        if (counted[i]->snapshot->proven_at && !newest_proven_seen) {
            newest_proven_seen = true;
            reasons.push_back({"newest_proven", "newest proven"});
        }
        if (keep.min_count && std::cmp_less(i, *keep.min_count))
            reasons.push_back(
                {"min_count", fmt::format("min_count {} of {}", i + 1, *keep.min_count)});
    }
}

/// What a snapshot that stays is told by stays with it, beside the caps.
void keep_references(std::vector<Retained>& group) {
    const auto is_told = [](const Retained& each) { return !each.snapshot->former.empty(); };
    if (std::ranges::none_of(group, is_told)) return;
    std::unordered_map<std::string_view, Retained*> by_key;
    for (auto& each : group) by_key.emplace(each.snapshot->key, &each);
    for (const auto& each : group) {
        // The walk ends at one that stays by itself: the loop comes to that one too.
        for (const auto* at = &each; at->stays && is_told(*at);) {
            const auto former = by_key.find(at->snapshot->former.text());
            if (former == by_key.end() || former->second->stays) break;
            const auto& key = at->snapshot->key;
            at = former->second;
            former->second->stays = true;
            former->second->reasons = {
                {"referenced", fmt::format("{} holds only what changed since it",
                                           key.empty() ? "the snapshot still to be taken" : key)}};
        }
    }
}

std::string as_text(int count) {
    return std::to_string(count);
}
std::string as_text(Duration duration) {
    return spell_duration(duration);
}
std::string as_text(Bytes bytes) {
    return spell_bytes(bytes);
}

}  // namespace

std::vector<Retained> retain(const RetentionRules& rules,
                             const std::vector<const SnapshotFacts*>& group) {
    const KeepSpec& keep = rules.keep;
    auto out = newest_first(group);
    std::vector<Retained*> counted;
    std::vector<const SnapshotFacts*> counted_facts;
    for (auto& each : out) {
        if (auto why = outside_the_rules(*each.snapshot, rules)) {
            each.reasons.push_back(*std::move(why));
        } else {
            counted.push_back(&each);
            counted_facts.push_back(each.snapshot);
        }
        if (each.snapshot->pinned)
            each.reasons.push_back({"pinned", fmt::format("pinned: {}", *each.snapshot->pinned)});
    }
    protect_from_caps(counted, keep, rules.need_proof);

    Room room{keep.max_total};
    for (const auto& each : out)
        if (each.snapshot->pinned) room.take(each.snapshot->bytes);
    for (const auto* each : counted)
        if (!each->reasons.empty() && !each->snapshot->pinned) room.take(each->snapshot->bytes);

    auto kept_by = keep_reasons(keep, rules.zone, counted_facts);
    const Reason no_rule{"not_kept", fmt::format("no rule keeps it ({})", spell(keep))};
    for (std::size_t i = 0; i < counted.size(); ++i) {
        auto& [snapshot, stays, reasons] = *counted[i];
        const bool above_caps = !reasons.empty();
        const bool too_old = keep.max_age && rules.now - snapshot->created_at > *keep.max_age;
        if (above_caps) {
            if (!too_old) std::ranges::move(kept_by[i], std::back_inserter(reasons));
            continue;
        }
        if (too_old)
            reasons.push_back(
                {"max_age", fmt::format("older than max_age {}", spell_duration(*keep.max_age))});
        if (kept_by[i].empty()) reasons.push_back(no_rule);
        if (reasons.empty() && !room.take(snapshot->bytes))
            reasons.push_back({"max_total", fmt::format("no room in max_total {}",
                                                        spell_bytes(*keep.max_total))});
        stays = reasons.empty();
        if (stays) reasons = std::move(kept_by[i]);
    }
    keep_references(out);
    return out;
}

Reason as_one(const std::vector<Reason>& reasons) {
    Reason out = reasons.front();
    for (std::size_t i = 1; i < reasons.size(); ++i) out.text += "; " + reasons[i].text;
    return out;
}

std::string spell(const KeepSpec& keep) {
    std::vector<std::string> parts;
    const auto add = [&](const auto& field) {
        if (const auto& value = keep.*field.member)
            parts.push_back(fmt::format("{} {}", field.name, as_text(*value)));
    };
    for_each_field<KeepSpec>(add);
    return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace muster
