#include "engine/plan/retention.h"

#include <fmt/format.h>

#include <algorithm>

namespace muster {
namespace {

/// Why a snapshot fills no bucket; empty when it does.
std::string outside_the_rules(const SnapshotFacts& snapshot, Time now, bool need_proof) {
    if (snapshot.state == SnapshotState::unfinished)
        return "unfinished: the next backup of this target cleans it up";
    if (snapshot.state == SnapshotState::foreign) return "of another database";
    if (snapshot.state == SnapshotState::broken) return "broken: left for you to look at";
    if (snapshot.known_bad) return "found bad: left for you to look at";
    if (snapshot.created_at > now) return "dated in the future: the clock was wrong, then or now";
    if (need_proof && !snapshot.proven_at) return "not proven yet";
    return {};
}

/// One rule of the form "the newest so many buckets".
template <class BucketOf>
void keep_newest_of_each(const std::vector<Retained*>& counted, int count, std::string_view name,
                         BucketOf bucket_of) {
    std::optional<std::int64_t> last;
    int left = count;
    for (std::size_t i = 0; i < counted.size() && left > 0; ++i) {
        const std::int64_t bucket = bucket_of(*counted[i], i);
        const bool oldest = i + 1 == counted.size();
        if (last == bucket && !oldest) continue;
        counted[i]->reasons.push_back(
            last == bucket ? fmt::format("{}: the oldest, while the rule has counts left", name)
                           : fmt::format("{} {} of {}", name, count - left + 1, count));
        last = bucket;
        --left;
    }
}

}  // namespace

std::vector<Retained> retain(const KeepSpec& keep, std::vector<SnapshotFacts> group, Time now,
                             bool need_proof) {
    std::ranges::sort(group, [](const auto& a, const auto& b) {
        if (a.created_at != b.created_at) return a.created_at > b.created_at;
        // Within one second the snapshot still to be taken (it lies nowhere yet) is the newest.
        return a.path.empty() != b.path.empty() ? a.path.empty() : a.key > b.key;
    });
    std::vector<Retained> out;
    for (auto& snapshot : group) out.push_back({std::move(snapshot), {}});

    std::vector<Retained*> counted;
    bool newest_proven_seen = false;
    for (auto& each : out) {
        const auto why = outside_the_rules(each.snapshot, now, need_proof);
        if (!why.empty()) {
            each.reasons.push_back(why);
            continue;
        }
        counted.push_back(&each);
        if (each.snapshot.proven_at && !newest_proven_seen) {
            newest_proven_seen = true;
            each.reasons.emplace_back("newest proven");
        }
    }
    if (keep.last)
        keep_newest_of_each(counted, *keep.last, "last", [](const Retained&, std::size_t i) {
            return static_cast<std::int64_t>(i);
        });
    if (keep.daily)
        keep_newest_of_each(counted, *keep.daily, "daily", [](const Retained& each, std::size_t) {
            return static_cast<std::int64_t>(
                std::chrono::floor<std::chrono::days>(each.snapshot.created_at)
                    .time_since_epoch()
                    .count());
        });
    return out;
}

}  // namespace muster
