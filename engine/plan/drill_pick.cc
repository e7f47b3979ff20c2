#include "engine/plan/drill_pick.h"

#include <fmt/format.h>

#include <algorithm>

namespace muster {

std::uint64_t drill_seed(std::string_view drill, std::string_view target, Time now) {
    constexpr std::size_t bytes = 6;
    const auto digest = sha256_of(fmt::format("{}\n{}\n{}", drill, target, format_time(now)));
    std::uint64_t seed = 0;
    for (std::size_t i = 0; i < bytes; ++i)
        seed = seed << 8U | static_cast<std::uint8_t>(digest.bytes[i]);
    return seed;
}

std::optional<Time> limit_of(const PickSpec& from, Time now) {
    if (from.before) return from.before;
    if (from.older_than) return now - std::chrono::floor<std::chrono::seconds>(*from.older_than);
    return std::nullopt;
}

const SnapshotFacts* pick_for_drill(const SnapshotIndex& snapshots, std::string_view target,
                                    const PickSpec& from, Time now, std::uint64_t seed) {
    const auto limit = limit_of(from, now);
    SnapshotGroup fitting;
    for (const auto* group : snapshots.of(target))
        for (const auto* each : *group) {
            if (each->state != SnapshotState::complete || each->known_bad || each->created_at > now)
                continue;
            if (!from.store.empty() && each->store != from.store) continue;
            if (!from.id.empty() && each->key != from.id) continue;
            if (limit && each->created_at >= *limit) continue;
            if (from.window && each->created_at + *from.window < now) continue;
            fitting.push_back(each);
        }
    if (fitting.empty()) return nullptr;
    // By time, then by place: the same draw from the same snapshots, however they were listed.
    std::ranges::sort(fitting, [](const auto* one, const auto* other) {
        return std::tie(one->created_at, one->store, one->key) <
               std::tie(other->created_at, other->store, other->key);
    });
    if (from.pick == Pick::random_within) return fitting[seed % fitting.size()];
    return fitting.back();
}

}  // namespace muster
