#include "drills/restore_smoke.h"

#include <catch2/catch.hpp>

#include <algorithm>

#include "tests/support/backups.h"
#include "tests/support/checks.h"
#include "tests/support/temp_folder.h"

namespace muster {

using namespace test;

namespace {

struct Drill {
    TempFolder folder;
    TestHost test;
    DrillStep step;

    Drill() {
        make_shop(folder / "shop.db");
        step.drill = "smoke";
        step.source = (folder / "shop.db").string();
    }
    Rehearsal run(bool keep = false) const {
        auto done = rehearse_restore(step, folder / "sandboxes", keep, test.host);
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
    const Drill drill;
    const auto before = state_of(drill.folder.path());
    const auto done = drill.run();
    CHECK(done.drilled.passed);
    CHECK(verdict(done, "damage") == Verdict::good);
    CHECK(verdict(done, "equality") == Verdict::good);
    CHECK(done.drilled.baseline->total == done.drilled.restored->total);
    CHECK(done.drilled.baseline->total != done.drilled.mutated->total);
    CHECK(done.drilled.sandbox_removed);
    CHECK(fs::is_empty(drill.folder / "sandboxes"));
    fs::remove(drill.folder / "sandboxes");
    CHECK(state_of(drill.folder.path()) == before);
}

TEST_CASE("a missed objective and a failing check fail the rehearsal", "[drills][ST-08]") {
    Drill drill;
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
    const Drill drill;
    const auto done = drill.run(true);
    CHECK_FALSE(done.drilled.sandbox_removed);
    CHECK(fs::exists(fs::path{done.drilled.sandbox} / "clone.sqlite"));
    drill.run();
    CHECK(fs::exists(done.drilled.sandbox));
}

TEST_CASE("a database that cannot be read holds up the drill with an error", "[drills]") {
    Drill drill;
    drill.step.source = (drill.folder / "absent.db").string();
    CHECK(rehearse_restore(drill.step, drill.folder / "sandboxes", false, drill.test.host)
              .error()
              .code == ErrorCode::not_found);
}

}  // namespace muster
