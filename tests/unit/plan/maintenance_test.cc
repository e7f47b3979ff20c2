#include <catch2/catch.hpp>

#include <algorithm>

#include "engine/plan/compaction.h"
#include "engine/plan/looks_wanted.h"
#include "engine/plan/make_plan.h"
#include "engine/plan/make_record.h"
#include "engine/plan/repair.h"
#include "tests/support/world.h"

namespace muster {

using namespace test;

namespace {

constexpr std::uint64_t mib = 1 << 20;

const Finding failing_count{
    "check", Severity::warning, Verdict::bad, "shop", "counts are off", "", "", "", "", "counts"};
const Finding damage{
    "integrity", Severity::error, Verdict::bad, "shop", "pages are lost", "", "", "", ""};

/// A fleet whose databases have 100 MiB each, and so many of them free.
struct Fleet {
    Policy policy;
    Observation world = shop_world();
    Selection selection;

    Fleet() {
        policy.name = "fleet";
        policy.maintain["nightly"].compact = CompactSpec{};
        policy.maintain["nightly"].targets.kind = TargetKind::sqlite;
        world.targets.clear();
    }
    MaintainSpec& nightly() { return policy.maintain["nightly"]; }
    DatabaseHealth& add(const std::string& name, std::uint64_t free, Findings findings = {}) {
        policy.targets[name].sqlite = name + ".db";
        TargetFacts facts;
        facts.id = facts.spec = name;
        facts.path = "/srv/" + name + ".db";
        facts.pages = {100 * mib};
        facts.free_pages = {free * mib};
        world.targets.push_back(facts);
        DatabaseHealth health;
        health.target = name;
        health.path = facts.path;
        health.page_size = 4096;
        health.pages = static_cast<std::int64_t>(100 * mib / 4096);
        health.reclaimable = facts.free_pages;
        health.findings = std::move(findings);
        world.health.push_back(std::move(health));
        return world.health.back();
    }
    void add_drifting(const std::string& name, Findings more = {}) {
        more.push_back(failing_count);
        add(name, 0, std::move(more)).repair =
            RepairOutlook{{{"counts", "2", "0", {{"blobs", 0, 2, 0, {7, 9}, false}}}}, {}};
        CheckSpec check;
        check.name = "counts";
        check.sql = "SELECT 1";
        check.repair = CheckRepair{true, "UPDATE blobs SET n = 1"};
        policy.targets[name].checks = {check};
    }
    Plan plan() const { return make_plan(policy, world, selection, "0.1.0"); }
    /// Each step as "target bucket code", in the plan's order.
    std::vector<std::string> told() const {
        std::vector<std::string> out;
        for (const auto& step : plan().steps)
            out.push_back(step.target + " " + std::string{name_of(step.bucket)} + " " +
                          step.reason.code);
        return out;
    }
    std::vector<std::string> looks() const {
        std::vector<std::string> out;
        for (const auto& [target, depth] : looks_wanted(policy, world, selection))
            out.push_back(target + " " + std::string{name_of(depth)});
        return out;
    }
};

using Told = std::vector<std::string>;

}  // namespace

TEST_CASE("what is worth it is compacted, the most reclaimable first",
          "[plan][compaction][VV-11]") {
    Fleet fleet;
    fleet.add("little", 3);
    fleet.add("much", 90);
    fleet.add("some", 30);
    CHECK(fleet.told() == Told{"much planned recommended", "some planned recommended",
                               "little filtered below_threshold"});
    const auto plan = fleet.plan();
    CHECK(plan.totals[0].bytes.count == 120 * mib);
    CHECK(plan.totals[2].bytes.count == 3 * mib);
    CHECK(plan.steps[0].reason.text == "90.0 MiB free, 90.0 % of it");
    CHECK(plan.steps[2].reason.text ==
          "3.0 MiB free, 3.0 % of it; worth it from 16.0 MiB and 20 % on");
    CHECK(fleet.looks() == Told{"much full", "some full"});
}

TEST_CASE("both thresholds must be passed, and no free page is never worth it",
          "[plan][compaction]") {
    CompactSpec rules;
    CHECK(below_threshold(rules, {100 * mib}, {15 * mib}));
    CHECK(below_threshold(rules, {1000 * mib}, {100 * mib}));
    CHECK_FALSE(below_threshold(rules, {100 * mib}, {20 * mib}));
    rules.min_free_bytes = Bytes{0};
    rules.min_free_ratio = 0;
    CHECK(below_threshold(rules, {100 * mib}, {0}));
    CHECK_FALSE(below_threshold(rules, {100 * mib}, {1}));
    CHECK_FALSE(below_threshold(rules, {0}, {0}));  // nothing is known of it yet
}

TEST_CASE("limits defer what comes last", "[plan][compaction][VV-11]") {
    Fleet fleet;
    for (const auto& [name, free] : {std::pair{"a", 90}, {"b", 40}, {"c", 30}, {"d", 20}})
        fleet.add(name, static_cast<std::uint64_t>(free));
    SECTION("a number of databases") {
        fleet.nightly().compact->limit = 2;
        CHECK(fleet.told() == Told{"a planned recommended", "b planned recommended",
                                   "c deferred limit", "d deferred limit"});
    }
    SECTION("bytes, where a smaller one may still fit") {
        fleet.nightly().compact->max_reclaimable_bytes = Bytes{125 * mib};
        CHECK(fleet.told() == Told{"a planned recommended", "b deferred max_reclaimable_bytes",
                                   "c planned recommended", "d deferred max_reclaimable_bytes"});
    }
    SECTION("targets of the whole run") {
        fleet.selection.limit = 1;
        CHECK(fleet.told() == Told{"a planned recommended", "b deferred limit", "c deferred limit",
                                   "d deferred limit"});
    }
}

TEST_CASE("other findings block, damage always", "[plan][compaction][VV-11]") {
    Fleet fleet;
    Finding unknown = damage;
    unknown.verdict = Verdict::unchecked;
    Finding note = damage;
    note.severity = Severity::info;
    Finding recommended = failing_count;
    recommended.code = "compaction_recommended";
    recommended.check.clear();
    fleet.add("damaged", 90, {failing_count, damage});
    fleet.add("unknown", 80, {unknown});
    fleet.add("drifts", 70, {failing_count});
    fleet.add("well", 60, {note, recommended});
    CHECK(fleet.told() == Told{"damaged blocked damaged", "unknown blocked other_findings",
                               "drifts blocked other_findings", "well planned recommended"});
    CHECK(unclean(fleet.plan()).size() == 3);
    fleet.nightly().compact->include_unsafe = true;
    CHECK(fleet.told() == Told{"damaged blocked damaged", "unknown blocked other_findings",
                               "drifts planned recommended", "well planned recommended"});
}

TEST_CASE("what is missing or was not looked at is blocked, not compacted on a guess",
          "[plan][compaction]") {
    Fleet fleet;
    fleet.add("gone", 90);
    fleet.add("unseen", 80);
    fleet.world.targets[0].trouble = Trouble{"not_found", "it is gone", ""};
    fleet.world.health.clear();
    CHECK(fleet.told() == Told{"gone blocked not_found", "unseen blocked other_findings"});
    CHECK(fleet.looks() == Told{"unseen full"});
}

TEST_CASE("a drift is repaired, and what else is wrong leaves it to a person",
          "[plan][repair][VV-12]") {
    Fleet fleet;
    fleet.nightly().compact.reset();
    fleet.nightly().repair = RepairMode::safe;
    fleet.add_drifting("drifts");
    fleet.add_drifting("damaged", {damage});
    Finding other = failing_count;
    other.check = "payloads";
    other.severity = Severity::error;
    fleet.add_drifting("other", {other});
    fleet.add_drifting("fails");
    fleet.world.health.back().repair->fault = "after its repair, counts yields 1";
    fleet.add("well", 0);
    CHECK(fleet.told() == Told{"drifts planned drift", "damaged blocked damaged",
                               "other blocked other_findings", "fails blocked repair_failed"});
    CHECK(fleet.plan().steps[0].reason.text ==
          "counts: 2 now, 0 after; blobs: 2 updates (rows 7, 9)");
    CHECK(fleet.looks() == Told{"damaged full", "drifts full", "fails full", "other full"});
    fleet.nightly().verify_blobs = true;
    CHECK(fleet.looks() == Told{"damaged deep", "drifts deep", "fails deep", "other deep"});
    CHECK(posture_of(fleet.world.health[0]) == RepairPosture::safe);
    CHECK(posture_of(fleet.world.health[1]) == RepairPosture::unsafe);
    CHECK(posture_of(fleet.world.health[4]) == RepairPosture::none);
}

TEST_CASE("a repair before a compaction clears the way for it", "[plan][compaction]") {
    Fleet fleet;
    fleet.nightly().repair = RepairMode::safe;
    fleet.add_drifting("both");
    fleet.world.targets[0].free_pages = fleet.world.health[0].reclaimable = {50 * mib};
    const auto plan = fleet.plan();
    REQUIRE(plan.steps.size() == 2);
    CHECK(plan.steps[1].bucket == Bucket::planned);
    CHECK(plan.steps[1].needs == std::vector<std::string>{plan.steps[0].id});
    fleet.selection.only = {"compact"};
    CHECK(fleet.told() == Told{"both blocked other_findings"});
}

TEST_CASE("a limit of the run is spent in the policy's order, not on what is largest",
          "[plan][compaction]") {
    Fleet fleet;
    fleet.add("a", 30);
    fleet.add("b", 90);
    fleet.policy.stores["near"].local = "backups";
    fleet.policy.protect["all"].targets.names = {"a", "b"};
    fleet.policy.protect["all"].stores = {"near"};
    fleet.selection.limit = 1;
    std::vector<std::string> planned;
    for (const auto& step : fleet.plan().steps)
        if (step.bucket == Bucket::planned) planned.push_back(step.id);
    CHECK(planned == Told{"snapshot:a:near", "verify:a:near", "compact:maintain.nightly:a"});
}

TEST_CASE("care is due again at the next time of its schedule, whatever it found",
          "[plan][compaction]") {
    Fleet fleet;
    fleet.nightly().schedule = ScheduleSpec{};
    fleet.nightly().schedule->every = std::chrono::hours{24};
    fleet.nightly().compact->limit = 1;
    fleet.add("a", 90);
    fleet.add("b", 80);
    fleet.add("little", 1);
    fleet.add("ill", 70, {damage});
    const auto plan = fleet.plan();
    REQUIRE(plan.cared.size() == 1);
    RunResult result;
    result.finished_at = fleet.world.now;
    Outcome done;
    done.step = "compact:maintain.nightly:a";
    SECTION("all but what was deferred") {
        result.outcomes = {done};
        const auto record = make_record(plan, result);
        CHECK(record.cared == std::vector<Cared>{{"maintain.nightly", {"a", "little", "ill"}}});
        REQUIRE(record.left.size() == 2);
        CHECK(record.left[1].bytes.count == 80 * mib);
        for (const auto& target : record.cared[0].targets)
            fleet.world.care.push_back({"maintain.nightly", target, fleet.world.now});
        CHECK(fleet.told() == Told{"b planned recommended"});
        CHECK(fleet.plan().waiting.at(0).targets == 3);
    }
    SECTION("nor what failed") {
        done.status = Status::failed;
        result.outcomes = {done};
        CHECK(make_record(plan, result).cared ==
              std::vector<Cared>{{"maintain.nightly", {"little", "ill"}}});
    }
    SECTION("and a part of an entry is not the entry") {
        fleet.nightly().repair = RepairMode::safe;
        fleet.selection.only = {"repair"};
        CHECK(fleet.plan().cared.empty());
    }
}

}  // namespace muster
