#include "engine/plan/chains.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "engine/plan/retention.h"
#include "tests/support/world.h"

namespace muster {

using namespace test;

namespace {

/// Snapshots of one database, each half hour from midnight on; each names the one it is told by.
struct Series {
    std::vector<SnapshotFacts> taken;

    SnapshotFacts& add(Bytes bytes, std::optional<std::size_t> former = {}) {
        auto facts = snapshot_at("2026-11-20T00:00:00Z");
        facts.created_at += std::chrono::minutes{30 * taken.size()};
        facts.key = fmt::format("{}", taken.size());
        facts.path = "/srv/backups/" + facts.key;
        facts.bytes = bytes;
        if (former) facts.former = taken[*former].key;
        return taken.emplace_back(std::move(facts));
    }
    SnapshotGroup group() const {
        SnapshotGroup out;
        for (auto each = taken.rbegin(); each != taken.rend(); ++each) out.push_back(&*each);
        return out;
    }
    /// "incr 3", "diff 0" or why there is none.
    std::string next(SnapshotKind kind, std::optional<Duration> full_every = {}) const {
        const auto choice = choose_former({kind, full_every, at("2026-11-21T00:00:00Z")}, group());
        if (choice.former == nullptr) return choice.why;
        return fmt::format("{} {}", name_of(choice.kind), choice.former->key);
    }
};

/// A full one and three of changes, each told by the one before it.
Series chain() {
    Series out;
    out.add(Bytes{1000});
    for (std::size_t i = 0; i < 3; ++i) out.add(Bytes{10}, i);
    return out;
}

constexpr auto none = "full: there is none to tell it by";

}  // namespace

TEST_CASE("each kind is told by what it means", "[plan][chains]") {
    CHECK(Series{}.next(SnapshotKind::automatic) == none);
    const auto series = chain();
    CHECK(series.next(SnapshotKind::full) == "full");
    CHECK(series.next(SnapshotKind::diff) == "diff 0");
    CHECK(series.next(SnapshotKind::incr) == "incr 3");
    CHECK(series.next(SnapshotKind::automatic) == "incr 3");
}

TEST_CASE("what is not whole is no base", "[plan][chains]") {
    auto series = chain();
    const auto number = GENERATE(0U, 1U, 2U, 3U);
    const auto harm = GENERATE(0, 1, 2, 3);
    CAPTURE(number, harm);
    auto& harmed = series.taken[number];
    if (harm == 0) harmed.known_bad = true;
    if (harm == 1) harmed.state = SnapshotState::broken;
    if (harm == 2) harmed.created_at = at("2026-11-22T00:00:00Z");
    if (harm == 3) harmed.key = "gone";
    const bool itself = harm == 3;  // under another name it is whole, and told by the same
    if (number == 0) {
        CHECK(series.next(SnapshotKind::incr) == (itself ? "incr gone" : none));
        CHECK(series.next(SnapshotKind::diff) == (itself ? "diff gone" : none));
    } else {
        const auto last = itself ? std::string{"gone"} : fmt::format("{}", number - 1);
        CHECK(series.next(SnapshotKind::incr) == "incr " + last);
        CHECK(series.next(SnapshotKind::diff) == "diff 0");
    }
}

TEST_CASE("a full one is taken at least so often", "[plan][chains]") {
    const auto series = chain();
    using std::chrono::hours;
    CHECK(series.next(SnapshotKind::incr, hours{25}) == "incr 3");
    CHECK(series.next(SnapshotKind::incr, hours{24}) ==
          "full: the last full one is of 2026-11-20T00:00:00Z");
    CHECK(series.next(SnapshotKind::full, hours{25}) == "full");
}

TEST_CASE("what a restore has to read is bounded", "[plan][chains]") {
    Series heavy = chain();
    heavy.taken.back().bytes = Bytes{480};  // 500 in all
    CHECK(heavy.next(SnapshotKind::automatic) == "incr 3");
    heavy.taken.back().bytes = Bytes{481};
    CHECK(heavy.next(SnapshotKind::automatic) ==
          "full: 501 B of changes were stored since the last full one");
    CHECK(heavy.next(SnapshotKind::incr) == "incr 3");

    const auto kind = GENERATE(SnapshotKind::automatic, SnapshotKind::incr);
    Series links;
    links.add(Bytes{100000});
    for (std::size_t i = 0; i < 23; ++i) links.add(Bytes{1}, i);
    CHECK(links.next(kind) == "incr 23");
    links.add(Bytes{1}, 23);
    CHECK(links.next(kind) == "diff 0");
    links.add(Bytes{5}, 0);
    CHECK(links.next(kind) == "incr 25");
}

TEST_CASE("what lies in another folder is no base", "[plan][chains]") {
    auto series = chain();
    for (auto& each : series.taken) each.key = "shop/" + each.key;
    const auto in = [&](const std::string& folder) {
        return choose_former({SnapshotKind::diff, {}, at("2026-11-21T00:00:00Z"), folder},
                             series.group());
    };
    CHECK(in("shop").former != nullptr);
    CHECK(in("").former == nullptr);
    CHECK(in("shop/2026").former == nullptr);
}

TEST_CASE("a ring has no end, and the look for one has", "[plan][chains]") {
    auto series = chain();
    series.taken[1].former = series.taken[3].key;
    CHECK(series.next(SnapshotKind::incr) == "incr 0");
}

TEST_CASE("what is told by a bad one is bad, however far off", "[plan][chains]") {
    auto world = shop_world();
    auto series = chain();
    series.add(Bytes{10}, 0);
    series.taken[1].known_bad = series.taken[1].damaged = true;
    series.taken[4].known_bad = true;  // it fails a check: what is told by it need not
    series.add(Bytes{10}, 4);
    world.snapshots = series.taken;
    std::swap(world.snapshots[0], world.snapshots[3]);
    world.snapshots.push_back(series.taken[1]);
    world.snapshots.back().store = "far";
    world.snapshots.back().known_bad = world.snapshots.back().damaged = false;
    condemn_dependents(world);
    std::vector<std::string> bad;
    for (const auto& each : world.snapshots)
        if (each.known_bad) bad.push_back(each.key + ": " + each.detail.text());
    CHECK_THAT(bad, Catch::Matchers::UnorderedEquals(std::vector<std::string>{
                        "1: ", "2: holds only what changed since 1, which is bad",
                        "3: holds only what changed since 2, which is bad", "4: "}));
}

TEST_CASE("what one that stays is told by stays, beside the caps", "[plan][retention][chains]") {
    auto series = chain();
    series.add(Bytes{10}, 0);  // told by the full one alone
    const auto kept = [&](const KeepSpec& keep) {
        std::vector<std::string> out;
        const Zone utc;
        for (const auto& each : retain({keep, utc, at("2026-11-21T00:00:00Z")}, series.group()))
            if (each.stays) out.push_back(each.snapshot->key + " " + each.reasons.front().code);
        return out;
    };
    using Texts = std::vector<std::string>;
    CHECK(kept({.last = 1}) == Texts{"4 newest_proven", "0 referenced"});
    CHECK(kept({.last = 2}) ==
          Texts{"4 newest_proven", "3 last", "2 referenced", "1 referenced", "0 referenced"});
    CHECK(kept({.max_age = std::chrono::hours{1}}) == Texts{"4 newest_proven", "0 referenced"});
    series.taken[2].pinned = "an audit";
    CHECK(kept({.last = 1}) ==
          Texts{"4 newest_proven", "2 pinned", "1 referenced", "0 referenced"});
}

}  // namespace muster
