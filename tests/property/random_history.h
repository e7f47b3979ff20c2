// Histories, keep rules and zones as no operator would choose them, the same for the same seed.
#pragma once

#include <algorithm>
#include <array>
#include <random>

#include "engine/model/keep_spec.h"
#include "engine/model/schedule/zone.h"
#include "tests/support/world.h"

namespace muster::test {

class RandomHistories {
public:
    explicit RandomHistories(unsigned seed) : random_(seed) {}

    int below(int end) { return static_cast<int>(random_() % static_cast<unsigned>(end)); }
    bool one_in(int n) { return below(n) == 0; }

    template <class Range>
    void shuffle(Range& range) {
        std::ranges::shuffle(range, random_);
    }

    /// Up to 40 snapshots over hours, weeks or years, some within one second, of all states.
    std::vector<SnapshotFacts> history(Time now) {
        const std::array<int, 3> spans{60 * 24, 60 * 24 * 20, 60 * 24 * 1000};
        const int minutes = spans[static_cast<std::size_t>(below(3))];
        std::vector<SnapshotFacts> out(static_cast<std::size_t>(below(40)));
        for (auto& each : out) {
            each.target = "shop";
            each.store = "near";
            each.key = "s" + std::to_string(&each - out.data());
            each.path = "/srv/" + each.key;
            each.created_at = now - std::chrono::minutes{below(minutes)};
            if (one_in(4)) each.created_at = (&each > out.data() ? &each - 1 : &each)->created_at;
            if (one_in(15)) each.created_at = now + std::chrono::minutes{below(minutes)};
            if (one_in(30)) each.created_at = Time{} - std::chrono::minutes{below(2)};
            each.bytes = Bytes{static_cast<std::uint64_t>(below(100))};
            if (!one_in(3)) each.proven_at = each.created_at;
            each.known_bad = one_in(10);
            if (one_in(10)) each.state = static_cast<SnapshotState>(below(4));
            if (one_in(12)) each.pinned = "audit";
        }
        if (!out.empty() && one_in(3)) {
            out.front().created_at = now;
            out.front().path.clear();
        }
        return out;
    }

    /// Any rules, none included.
    KeepSpec keep() {
        KeepSpec out;
        for (const auto count : counts)
            if (one_in(3)) out.*count = below(8) + 1;
        if (one_in(4)) out.within = a_while();
        if (one_in(3)) out.max_age = a_while();
        if (one_in(3)) out.max_total = Bytes{static_cast<std::uint64_t>(below(1500))};
        if (one_in(3)) out.min_count = below(8) + 1;
        return out;
    }

    /// Clocks that change at any time by any quarters of an hour.
    Zone zone(Time now) {
        Zone out;
        const int spans = below(4);
        for (int i = spans; i > 0; --i)
            out.spans.push_back({now - std::chrono::hours{i * 24 * 10 + below(200)},
                                 std::chrono::minutes{15 * (below(105) - 48)}});
        return out;
    }

    /// Gives one to rules that have none.
    void ensure_a_keep_rule(KeepSpec& keep) {
        if (keep.within) return;
        for (const auto count : counts)
            if (keep.*count) return;
        keep.*counts[static_cast<std::size_t>(below(6))] = below(8) + 1;
    }

    /// One rule more, a higher count, a longer span.
    void widen(KeepSpec& keep) {
        const auto which = static_cast<std::size_t>(below(9));
        if (which < counts.size())
            keep.*counts[which] = (keep.*counts[which]).value_or(0) + 1 + below(3);
        else if (which == 6)
            keep.within = keep.within.value_or(Duration{}) + a_while();
        else if (which == 7)
            keep.min_count = keep.min_count.value_or(0) + 1;
        else
            raise_caps(keep);
    }

    /// Or takes one away.
    void raise_caps(KeepSpec& keep) {
        if (one_in(2)) {
            if (keep.max_age) *keep.max_age += a_while();
        } else if (keep.max_total) {
            keep.max_total->count += static_cast<std::uint64_t>(below(200));
        }
        if (one_in(5)) keep.max_age.reset();
        if (one_in(5)) keep.max_total.reset();
    }

private:
    static constexpr std::array counts{&KeepSpec::last,   &KeepSpec::hourly,  &KeepSpec::daily,
                                       &KeepSpec::weekly, &KeepSpec::monthly, &KeepSpec::yearly};

    Duration a_while() {
        return one_in(2) ? Duration{std::chrono::minutes{below(60 * 24) + 1}}
                         : Duration{std::chrono::hours{below(24 * 400) + 1}};
    }

    std::mt19937 random_;
};

}  // namespace muster::test
