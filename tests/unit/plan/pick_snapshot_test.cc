#include "engine/plan/pick_snapshot.h"

#include <catch2/catch.hpp>

#include "engine/plan/snapshot_list.h"
#include "tests/support/world.h"

namespace muster {

using namespace test;

namespace {

/// Snapshots of these times in the store near, each proven when it was taken; now is 2026-11-20T10.
class Choice {
public:
    explicit Choice(const std::vector<std::string>& times) {
        for (const auto& time : times) {
            auto facts = snapshot_at(time);
            facts.key = time;
            facts.volume_id = "vol_1";
            world_.snapshots.push_back(std::move(facts));
        }
        world_.targets.clear();
    }
    SnapshotFacts& operator[](std::size_t i) { return world_.snapshots[i]; }

    SnapshotPick pick(const PickRules& rules = {}) const {
        return pick_snapshot(snapshot_list(shop_policy(), world_), rules);
    }
    /// The id of the pick, else why there is none.
    std::string picked(const PickRules& rules = {}) const {
        const auto made = pick(rules);
        return made.snapshot ? made.snapshot->id : made.why.code;
    }

private:
    Observation world_ = shop_world();
};

std::vector<std::string> passed_over(const SnapshotPick& pick) {
    std::vector<std::string> out;
    for (const auto& each : pick.passed_over) out.push_back(each.why.code);
    return out;
}

const std::string monday = "2026-11-16T00:00:00Z", tuesday = "2026-11-17T00:00:00Z",
                  wednesday = "2026-11-18T00:00:00Z", tomorrow = "2026-11-21T00:00:00Z";

}  // namespace

TEST_CASE("the next one is what would be picked if the pick proved bad", "[plan][pick][ON-04]") {
    Choice choice{{monday, tuesday, wednesday}};
    REQUIRE(choice.pick().next);
    CHECK(choice.pick().next->id == tuesday);
    CHECK_FALSE(choice.pick({.before = *TextForm<Time>::parse(tuesday)}).next);
    CHECK_FALSE(choice.pick({.id = wednesday}).next);
    choice[1].state = SnapshotState::broken;
    const auto pick = choice.pick();
    CHECK(pick.next->id == monday);
    CHECK(pick.passed_over.empty());
}

TEST_CASE("the newest is picked, in whatever order they lie", "[plan][pick][ON-04]") {
    const Choice choice{{monday, wednesday, tuesday}};
    const auto pick = choice.pick();
    REQUIRE(pick.snapshot);
    CHECK(pick.snapshot->id == wednesday);
    CHECK(pick.passed_over.empty());
    CHECK(pick.why == Reason{"newest",
                             "the newest snapshot of shop in near, 2 d 10 h old, "
                             "proof valid until 2026-11-25T00:00:00Z"});
}

TEST_CASE("what is not sound is passed over, and named with its reason", "[plan][pick][ON-04]") {
    Choice choice{{"2026-11-16T01:00:00Z", "2026-11-16T02:00:00Z", "2026-11-16T03:00:00Z",
                   "2026-11-16T04:00:00Z", tomorrow, "1970-01-01T00:00:00Z", monday,
                   "2026-11-01T00:00:00Z"}};
    choice[0].state = SnapshotState::broken;
    choice[1].known_bad = true;
    choice[2].state = SnapshotState::unfinished;
    choice[3].state = SnapshotState::foreign;
    choice[7].state = SnapshotState::broken;
    const auto pick = choice.pick();
    REQUIRE(pick.snapshot);
    CHECK(pick.snapshot->id == monday);
    CHECK(passed_over(pick) == std::vector<std::string>{"unreadable_time", "future_time", "foreign",
                                                        "unfinished", "bad", "broken"});
}

TEST_CASE("before a time, of one store", "[plan][pick]") {
    Choice choice{{monday, tuesday, wednesday}};
    choice[0].store = "far";
    CHECK(choice.picked({.before = at(wednesday)}) == tuesday);
    CHECK(choice.picked({.before = at("2026-11-18T00:00:01Z")}) == wednesday);
    CHECK(choice.picked({.before = at(monday)}) == "no_snapshot");
    CHECK(choice.picked({.store = "far"}) == monday);
    CHECK(choice.picked({.store = "far", .before = at(monday)}) == "no_snapshot");
    CHECK(choice.pick({.before = at(tuesday)}).why.text.find("before 2026-11-17") !=
          std::string::npos);
}

TEST_CASE("an id takes one, also of a wrong time or another place, never a bad one",
          "[plan][pick]") {
    Choice choice{{monday, tomorrow, "1970-01-01T00:00:00Z", wednesday, tuesday}};
    choice[3].known_bad = true;
    choice[4].state = SnapshotState::foreign;
    for (const auto& id : {monday, tomorrow, std::string{"1970-01-01T00:00:00Z"}, tuesday})
        CHECK(choice.picked({.id = id}) == id);
    CHECK(choice.picked({.id = choice[0].path}) == monday);
    CHECK(choice.pick({.id = monday}).why.code == "asked");
    CHECK(choice.picked({.id = wednesday}) == "no_snapshot");
    CHECK(passed_over(choice.pick({.id = wednesday})) == std::vector<std::string>{"bad"});
    CHECK(choice.picked({.id = "no such"}) == "unknown_id");
}

TEST_CASE("where a proof is needed only a valid one counts", "[plan][pick]") {
    Choice choice{{monday, tuesday, wednesday}};
    choice[2].proven_at.reset();
    choice[1].proven_at = at("2026-11-01T00:00:00Z");
    CHECK(choice.picked() == wednesday);
    CHECK(choice.picked({.need_proof = true}) == monday);
    CHECK(passed_over(choice.pick({.need_proof = true})) ==
          std::vector<std::string>{"unproven", "unproven"});
    CHECK(choice.picked({.need_proof = true, .force = true}) == monday);
    choice[0].proven_at.reset();
    CHECK(choice.picked({.need_proof = true}) == "unproven");
    CHECK(choice.picked({.need_proof = true, .force = true}) == wednesday);
    CHECK(choice.picked({.id = tuesday, .need_proof = true}) == "unproven");
    CHECK(choice.picked({.id = tuesday, .need_proof = true, .force = true}) == tuesday);
    choice[2].known_bad = true;
    CHECK(choice.picked({.need_proof = true, .force = true}) == tuesday);
}

TEST_CASE("within one second a proven one is taken, then the greater id", "[plan][pick]") {
    Choice choice{{monday, monday, monday}};
    choice[0].key = "a";
    choice[1].key = "b";
    choice[2].key = "c";
    CHECK(choice.picked() == "c");
    choice[2].proven_at.reset();
    CHECK(choice.picked() == "b");
}

TEST_CASE("of several databases one must be named", "[plan][pick][ON-04]") {
    Choice choice{{monday, tuesday, wednesday}};
    choice[2].target = "depot";
    choice[2].volume_id = "depot";
    const auto pick = choice.pick();
    CHECK(pick.why == Reason{"several_databases",
                             "there are snapshots of several databases: depot, shop (vol_1)"});
    CHECK(choice.picked({.name = "shop"}) == tuesday);
    CHECK(choice.picked({.name = "vol_1"}) == tuesday);
    CHECK(choice.picked({.name = "depot"}) == wednesday);
    CHECK(choice.picked({.name = "sho"}) == "unknown_name");
    CHECK(choice.picked({.id = wednesday}) == wednesday);
    choice[1].volume_id = "vol_2";
    CHECK(choice.picked({.name = "shop"}) == "several_databases");
    CHECK(choice.picked({.name = "vol_2"}) == tuesday);
}

TEST_CASE("of nothing there is nothing to pick", "[plan][pick]") {
    CHECK(Choice{{}}.pick().why == Reason{"no_snapshot", "there is no snapshot"});
    CHECK(Choice{{}}.picked({.name = "shop"}) == "no_snapshot");
    CHECK(Choice{{tomorrow}}.picked() == "no_snapshot");
}

TEST_CASE("the record of a restore holds the pick and each that was passed over", "[plan][pick]") {
    Choice choice{{monday, tuesday}};
    choice[1].known_bad = true;
    choice[0].proven_at.reset();
    const auto plain = findings_of(choice.pick(), false);
    REQUIRE(plain.size() == 2);
    CHECK(plain[0].code == "passed_over");
    CHECK(plain[0].severity == Severity::warning);
    CHECK(plain[0].subject == choice[1].path);
    CHECK(plain[1].code == "pick");
    CHECK(plain[1].verdict == Verdict::good);
    const auto by_policy = findings_of(choice.pick(), true);
    REQUIRE(by_policy.size() == 3);
    CHECK(by_policy[2].code == "unproven");
    CHECK_FALSE(fails(by_policy[2]));
}

}  // namespace muster
