#include "engine/plan/reread.h"

#include <catch2/catch.hpp>

#include "engine/plan/after.h"
#include "engine/plan/judge.h"
#include "engine/plan/make_plan.h"
#include "tests/support/world.h"

namespace muster {

using namespace test;

namespace {

constexpr auto month = std::chrono::days{30};

/// One a day, the newest first, of so many bytes each.
std::vector<SnapshotFacts> daily(int count, const std::string& newest, std::uint64_t bytes = 10) {
    std::vector<SnapshotFacts> out;
    for (int i = 0; i < count; ++i) {
        out.push_back(snapshot_at(format_time(at(newest) - std::chrono::days{i})));
        out.back().bytes = Bytes{bytes};
    }
    return out;
}

SnapshotGroup group_of(const std::vector<SnapshotFacts>& all) {
    SnapshotGroup out;
    for (const auto& each : all) out.push_back(&each);
    return out;
}

Outcome read_again(const SnapshotFacts& snapshot, const std::string& when,
                   Verdict verdict = Verdict::good) {
    Outcome outcome;
    outcome.kind = "verify";
    outcome.target = snapshot.target;
    outcome.checked = snapshot.path;
    outcome.finished_at = at(when);
    outcome.findings = {{"checksum", Severity::error, verdict, snapshot.path, "", "",
                         snapshot.checksum.hex(), "all bytes", ""}};
    return outcome;
}

}  // namespace

TEST_CASE("what was not read for half of the time is read again, the longest unread first",
          "[plan][reread]") {
    const auto now = at("2026-11-20T10:00:00Z");
    auto all = daily(20, "2026-11-20T09:00:00Z");
    auto stands = reread_of(group_of(all), month, now);
    // 200 bytes in 30 days: an hour's share is not one byte, and one of them is read all the same.
    REQUIRE(stands.due.size() == 1);
    CHECK(stands.due[0] == &all[19]);
    CHECK(stands.bytes == Bytes{200});
    CHECK(stands.current == Bytes{200});
    CHECK(stands.oldest == all[19].created_at);
    all[19].read_at = now;
    CHECK(reread_of(group_of(all), month, now).due == SnapshotGroup{&all[18]});
    for (auto& each : all) each.read_at = now - std::chrono::days{15};
    CHECK(reread_of(group_of(all), month, now).due.empty());
}

TEST_CASE("a run reads the share of the time that has passed", "[plan][reread]") {
    const auto all = daily(40, "2026-11-19T10:00:00Z");
    const auto due = [&](const std::string& now) {
        return reread_of(group_of(all), month, at(now)).due.size();
    };
    CHECK(due("2026-11-20T10:00:00Z") == 3);   // a day: a fifteenth of 400 bytes is begun with
    CHECK(due("2026-11-24T10:00:00Z") == 14);  // five days
    CHECK(due("2026-12-15T10:00:00Z") == 40);  // nobody was there for a month
    const auto late = reread_of(group_of(all), month, at("2026-11-20T10:00:00Z"));
    CHECK(late.current == Bytes{300});
    CHECK(late.oldest == all[39].created_at);
}

TEST_CASE("bytes that are known to be bad, not whole or of the future are not read again",
          "[plan][reread]") {
    auto all = daily(4, "2026-09-01T00:00:00Z");
    all[0].known_bad = true;
    all[1].state = SnapshotState::broken;
    all[2].created_at = at("2027-01-01T00:00:00Z");
    const auto stands = reread_of(group_of(all), month, at("2026-11-20T10:00:00Z"));
    CHECK(stands.due == SnapshotGroup{&all[3]});
    CHECK(stands.bytes == Bytes{10});
    CHECK(stands.current == Bytes{0});
}

TEST_CASE("in a month of hourly runs every byte is read, and none twice as often",
          "[plan][reread]") {
    auto all = daily(90, "2026-10-21T00:00:00Z", 1000);
    const auto begin = at("2026-10-21T00:00:00Z");
    std::vector<int> reads(all.size());
    for (int hour = 1; hour <= 24 * 30; ++hour) {
        const auto now = begin + std::chrono::hours{hour};
        for (const auto* each : reread_of(group_of(all), month, now).due) {
            const auto i = static_cast<std::size_t>(each - all.data());
            all[i].read_at = now;
            ++reads[i];
        }
        if (hour > 24 * 20) CHECK(reread_of(group_of(all), month, now).current == Bytes{90 * 1000});
    }
    for (const auto count : reads) CHECK((count == 1 || count == 2));
}

TEST_CASE("a plan reads again what its protection promises, and not what it proves anyway",
          "[plan][reread]") {
    auto policy = shop_policy();
    policy.protect["nightly"].read_all_within = month;
    auto world = shop_world("2026-11-20T10:00:00Z");
    world.snapshots = daily(2, "2026-10-01T00:00:00Z");
    world.snapshots[1].proven_at.reset();
    const auto steps = [&] {
        std::vector<std::pair<std::string, std::string>> out;
        for (const auto& step : make_plan(policy, world, {}, "0.1.0").steps)
            if (const auto* verify = std::get_if<VerifyStep>(&step.action))
                if (!verify->key.empty()) {
                    out.emplace_back(step.reason.code, verify->key);
                    CHECK(verify->alone == (step.reason.code == "read_again"));
                    CHECK((verify->depth == Depth::checksum) == verify->alone);
                }
        return out;
    };
    using Steps = std::vector<std::pair<std::string, std::string>>;
    CHECK(steps() ==
          Steps{{"unproven", world.snapshots[1].key}, {"read_again", world.snapshots[0].key}});
    policy.protect["nightly"].read_all_within.reset();
    CHECK(steps() == Steps{{"unproven", world.snapshots[1].key}});
}

TEST_CASE("records tell when bytes were read, and the coverage is judged", "[plan][reread]") {
    auto policy = shop_policy();
    policy.protect["nightly"].read_all_within = month;
    auto world = shop_world("2026-11-20T10:00:00Z");
    world.snapshots = daily(2, "2026-10-01T00:00:00Z", 1024);
    const auto judged = [&] {
        const auto all = judge(policy, world);
        const auto found = std::ranges::find(all, "read_again", &Finding::code);
        REQUIRE(found != all.end());
        CHECK(found->subject == "shop:near");
        return std::pair{found->verdict, found->coverage};
    };
    CHECK(judged() == std::pair{Verdict::bad, std::string{"0 B of 2.0 KiB"}});
    learn(world, {read_again(world.snapshots[0], "2026-11-19T00:00:00Z")});
    CHECK(world.snapshots[0].last_read() == at("2026-11-19T00:00:00Z"));
    CHECK(judged() == std::pair{Verdict::bad, std::string{"1.0 KiB of 2.0 KiB"}});
    learn(world, {read_again(world.snapshots[1], "2026-11-19T00:00:00Z", Verdict::bad)});
    CHECK(world.snapshots[1].known_bad);
    CHECK(world.snapshots[1].damaged);
    CHECK(judged() == std::pair{Verdict::good, std::string{"1.0 KiB of 1.0 KiB"}});
    // What was bad for its bytes is good again with them; what was bad inside is not.
    learn(world, {read_again(world.snapshots[1], "2026-11-20T00:00:00Z")});
    CHECK_FALSE(world.snapshots[1].known_bad);
    auto inside = read_again(world.snapshots[1], "2026-11-20T01:00:00Z");
    inside.findings.push_back({"integrity", Severity::error, Verdict::bad, "", "", "", "", "", ""});
    learn(world, {inside, read_again(world.snapshots[1], "2026-11-20T02:00:00Z")});
    CHECK(world.snapshots[1].known_bad);
    auto other = read_again(world.snapshots[0], "2026-11-20T03:00:00Z");
    other.findings[0].actual = digest("other bytes").hex();
    learn(world, {other});
    CHECK(world.snapshots[0].last_read() == at("2026-11-19T00:00:00Z"));
}

}  // namespace muster
