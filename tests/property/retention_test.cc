#include "engine/plan/retention.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

#include "tests/property/random_history.h"

namespace muster {

using namespace test;

namespace {

const Time now = at("2026-11-20T10:00:00Z");

bool counts(const SnapshotFacts& facts, bool need_proof) {
    return facts.state == SnapshotState::complete && !facts.known_bad && facts.created_at <= now &&
           facts.created_at > Time{} && (facts.proven_at || !need_proof);
}

std::vector<const SnapshotFacts*> pointers_to(const std::vector<SnapshotFacts>& history) {
    std::vector<const SnapshotFacts*> out;
    for (const auto& each : history) out.push_back(&each);
    return out;
}

std::set<std::string> kept(const RetentionRules& rules, const std::vector<SnapshotFacts>& history) {
    std::set<std::string> out;
    for (const auto& each : retain(rules, pointers_to(history)))
        if (each.stays) out.insert(each.snapshot->key);
    return out;
}

/// What stands above the caps, newest first, by the words of the design.
std::set<std::string> protected_keys(const KeepSpec& keep, const std::vector<Retained>& all,
                                     bool need_proof) {
    std::set<std::string> out;
    int counted = 0;
    bool proven_seen = false;
    for (const auto& each : all) {
        const auto& facts = *each.snapshot;
        bool above = facts.pinned.has_value();
        if (counts(facts, need_proof)) {
            if (!need_proof && counted == 0) above = true;
            if (counted++ < keep.min_count.value_or(0)) above = true;
            if (facts.proven_at && !proven_seen) above = proven_seen = true;
        }
        if (above) out.insert(facts.key);
    }
    return out;
}

/// Calls `law` for many histories and rules, the same in every run.
template <class Law>
void for_many_histories(Law law) {
    RandomHistories random{20261120};
    for (int round = 0; round < 2000; ++round) {
        const auto history = random.history(now);
        const KeepSpec keep = random.keep();
        const Zone zone = random.zone(now);
        law(random, history, RetentionRules{keep, zone, now, random.one_in(2)});
    }
}

}  // namespace

TEST_CASE(
    "nothing that does not count, no pin, not the newest proven, none of min_count is ever lost",
    "[property][retention]") {
    for_many_histories([](RandomHistories&, const auto& history, const RetentionRules& rules) {
        const auto all = retain(rules, pointers_to(history));
        REQUIRE(all.size() == history.size());
        REQUIRE(std::ranges::is_sorted(all, [](const auto& a, const auto& b) {
            return a.snapshot->created_at > b.snapshot->created_at;
        }));
        const auto above = protected_keys(rules.keep, all, rules.need_proof);
        std::set<const SnapshotFacts*> seen;
        for (const auto& each : all) {
            REQUIRE(seen.insert(each.snapshot).second);
            REQUIRE_FALSE(each.reasons.empty());
            if (!counts(*each.snapshot, rules.need_proof) || above.contains(each.snapshot->key))
                REQUIRE(each.stays);
        }
    });
}

TEST_CASE("caps hold for all that does not stand above them", "[property][retention][ON-02]") {
    for_many_histories([](RandomHistories&, const auto& history, const RetentionRules& rules) {
        const auto all = retain(rules, pointers_to(history));
        const auto above = protected_keys(rules.keep, all, rules.need_proof);
        Bytes total;
        bool others_stay = false;
        for (const auto& each : all) {
            const bool is_counted = counts(*each.snapshot, rules.need_proof);
            if (each.stays && (is_counted || each.snapshot->pinned)) total += each.snapshot->bytes;
            if (!is_counted || !each.stays || above.contains(each.snapshot->key)) continue;
            others_stay = true;
            if (rules.keep.max_age) REQUIRE(each.snapshot->created_at + *rules.keep.max_age >= now);
        }
        if (rules.keep.max_total && others_stay) REQUIRE(total <= *rules.keep.max_total);
    });
}

TEST_CASE("the order of the input does not matter", "[property][retention]") {
    for_many_histories(
        [](RandomHistories& random, const auto& history, const RetentionRules& rules) {
            auto group = pointers_to(history);
            const auto all = retain(rules, group);
            random.shuffle(group);
            const auto again = retain(rules, group);
            REQUIRE(std::ranges::equal(all, again, [](const auto& a, const auto& b) {
                return a.snapshot == b.snapshot && a.stays == b.stays && a.reasons == b.reasons;
            }));
        });
}

TEST_CASE("retaining what stays again removes nothing", "[property][retention]") {
    for_many_histories([](RandomHistories&, const auto& history, const RetentionRules& rules) {
        const auto stays = kept(rules, history);
        std::vector<SnapshotFacts> rest;
        for (const auto& each : history)
            if (stays.contains(each.key)) rest.push_back(each);
        REQUIRE(kept(rules, rest) == stays);
    });
}

TEST_CASE("wider rules never remove what stayed before", "[property][retention]") {
    for_many_histories([](RandomHistories& random, const auto& history,
                          const RetentionRules& rules) {
        // What a cap on bytes leaves depends on what else stays; and the first keep rule narrows.
        auto keep = rules.keep;
        keep.max_total.reset();
        random.ensure_a_keep_rule(keep);
        auto wider = keep;
        random.widen(wider);
        REQUIRE(std::ranges::includes(kept({wider, rules.zone, now, rules.need_proof}, history),
                                      kept({keep, rules.zone, now, rules.need_proof}, history)));
    });
}

TEST_CASE("higher caps never remove what stayed before, whatever else is given",
          "[property][retention]") {
    for_many_histories(
        [](RandomHistories& random, const auto& history, const RetentionRules& rules) {
            auto wider = rules.keep;
            random.raise_caps(wider);
            REQUIRE(std::ranges::includes(kept({wider, rules.zone, now, rules.need_proof}, history),
                                          kept(rules, history)));
        });
}

TEST_CASE("a first keep rule and a cap more never keep what went before", "[property][retention]") {
    for_many_histories(
        [](RandomHistories& random, const auto& history, const RetentionRules& rules) {
            const auto is_narrower = [&](const KeepSpec& narrow, const KeepSpec& wide) {
                return std::ranges::includes(
                    kept({wide, rules.zone, now, rules.need_proof}, history),
                    kept({narrow, rules.zone, now, rules.need_proof}, history));
            };
            KeepSpec first;
            random.ensure_a_keep_rule(first);
            REQUIRE(is_narrower(first, {}));
            auto without = rules.keep;
            random.one_in(2) ? without.max_age.reset() : without.max_total.reset();
            REQUIRE(is_narrower(rules.keep, without));
        });
}

TEST_CASE("under max_total a wider keep rule may cost an older snapshot", "[property][retention]") {
    std::vector history{snapshot_at("2026-11-20T09:00:00Z"), snapshot_at("2026-11-20T08:00:00Z"),
                        snapshot_at("2026-10-01T00:00:00Z")};
    for (auto& each : history) each.bytes = Bytes{10};
    const Zone utc;
    const KeepSpec keep{.last = 1, .monthly = 2, .max_total = Bytes{20}};
    const KeepSpec wider{.last = 2, .monthly = 2, .max_total = Bytes{20}};
    CHECK(kept({keep, utc, now, true}, history) ==
          std::set<std::string>{history[0].key, history[2].key});
    CHECK(kept({wider, utc, now, true}, history) ==
          std::set<std::string>{history[0].key, history[1].key});
}

}  // namespace muster
