#include "drills/scenario/rehearse.h"

#include <catch2/catch.hpp>

#include <algorithm>

#include "engine/policy/scenarios.h"
#include "tests/support/backups.h"
#include "tests/support/checks.h"
#include "tests/support/temp_folder.h"

namespace muster {

using namespace test;

namespace {

struct Smoke {
    TempFolder folder;
    TestHost test;
    DrillStep step;

    Smoke() {
        make_shop(folder / "shop.db");
        step.drill = "smoke";
        step.scenario = Scenario::restore_smoke;
        step.source = (folder / "shop.db").string();
    }
    Rehearsal run(bool keep = false) const {
        auto done = rehearse(step, scenario_of(Scenario::restore_smoke),
                             {folder / "sandboxes", keep}, test.host);
        if (!done) FAIL(done.error().text());
        return *std::move(done);
    }
};

Verdict verdict(const Rehearsal& rehearsal, const std::string& code) {
    const auto found = std::ranges::find(rehearsal.findings, code, &Finding::code);
    REQUIRE(found != rehearsal.findings.end());
    return found->verdict;
}

}  // namespace

TEST_CASE("a rehearsal damages the clone, restores it, and finds it equal", "[drills][EE-07]") {
    const Smoke drill;
    const auto before = state_of(drill.folder.path());
    const auto done = drill.run();
    CHECK(done.drilled.passed);
    CHECK(verdict(done, "damage") == Verdict::good);
    CHECK(verdict(done, "equality") == Verdict::good);
    const auto& contents = done.drilled.contents;  // with, database; of both comparisons
    REQUIRE(contents.size() == 4);
    CHECK(contents[0].digest.total != contents[1].digest.total);
    CHECK(contents[2].digest.total == contents[3].digest.total);
    CHECK(done.drilled.sandbox_removed);
    CHECK(fs::is_empty(drill.folder / "sandboxes"));
    fs::remove(drill.folder / "sandboxes");
    CHECK(state_of(drill.folder.path()) == before);
}

TEST_CASE("a missed objective and a failing check fail the rehearsal", "[drills][ST-08]") {
    Smoke drill;
    SECTION("objective") {
        drill.step.rto = Duration{0};
        CHECK(verdict(drill.run(), "rto") == Verdict::bad);
    }
    SECTION("check") {
        drill.step.checks = {check_of("orders", "SELECT count(*) FROM orders", "99")};
    }
    CHECK_FALSE(drill.run().drilled.passed);
    CHECK(fs::is_empty(drill.folder / "sandboxes"));
}

TEST_CASE("a sandbox can be kept, and one of a dead run is cleaned up", "[drills]") {
    const Smoke drill;
    const auto done = drill.run(true);
    CHECK_FALSE(done.drilled.sandbox_removed);
    CHECK(fs::exists(fs::path{done.drilled.sandbox} / "clone.sqlite"));
    drill.run();
    CHECK(fs::exists(done.drilled.sandbox));
}

TEST_CASE("a database that cannot be read aborts the drill", "[drills]") {
    Smoke drill;
    drill.step.source = (drill.folder / "absent.db").string();
    const auto done = drill.run();
    CHECK(done.drilled.status == DrillStatus::aborted);
    CHECK(done.failure->code == ErrorCode::not_found);
    CHECK_FALSE(done.drilled.passed);
}

}  // namespace muster
