#include "engine/snapshot/restore.h"

#include <catch2/catch.hpp>

#include "tests/support/checks.h"
#include "tests/support/restore_scene.h"

namespace muster {

using namespace test;

namespace {

/// Tells in what order it was called, and what lay there then.
struct Recorded {
    const RestoreScene& scene;
    std::vector<std::string> calls;
    int failing_stops = 0, failing_starts = 0;
    std::function<void()> at_stop = [] {};

    Occupant occupant() {
        return {[this]() -> Result<> {
                    calls.push_back("stop at " + scene.first_item());
                    at_stop();
                    if (failing_stops-- > 0) return fail(ErrorCode::service_failed, "it stays");
                    return {};
                },
                [this]() -> Result<> {
                    calls.push_back("start at " + scene.first_item());
                    if (failing_starts-- > 0) return fail(ErrorCode::service_failed, "it is ill");
                    return {};
                },
                "start it with: app"};
    }
};
using Calls = std::vector<std::string>;

}  // namespace

TEST_CASE("an occupant is stopped before the target is touched, and started after",
          "[snapshot][restore][ST-02]") {
    RestoreScene scene;
    Recorded recorded{scene, {}};
    SECTION("swapped") {}
    SECTION("in place") {
        scene.step.in_place = true;
    }
    REQUIRE(restore_backup(scene.step, scene.test.host, recorded.occupant()));
    CHECK(recorded.calls == Calls{"stop at later", "start at tea"});
}

TEST_CASE("an occupant that does not stop has nothing touched under it",
          "[snapshot][restore][ST-02]") {
    RestoreScene scene;
    Recorded recorded{scene, {}, 1};
    const auto done = restore_backup(scene.step, scene.test.host, recorded.occupant());
    REQUIRE_FALSE(done);
    CHECK(done.error().code == ErrorCode::service_failed);
    CHECK(recorded.calls == Calls{"stop at later", "start at later"});
    CHECK_FALSE(fs::exists(hidden_beside(scene.target, staged_suffix)));
}

TEST_CASE("where an occupant does not work on what was restored, that is taken back",
          "[snapshot][restore][ST-02]") {
    RestoreScene scene;
    SECTION("swapped") {}
    SECTION("in place") {
        scene.step.in_place = true;
    }
    Recorded recorded{scene, {}, 0, 1};
    const auto done = restore_backup(scene.step, scene.test.host, recorded.occupant());
    REQUIRE(done);
    REQUIRE(done->failure);
    CHECK(done->failure->code == ErrorCode::rolled_back);
    CHECK_THAT(done->failure->message, Catch::Matchers::Contains("it is ill"));
    CHECK(done->restored.rolled_back);
    CHECK(recorded.calls ==
          Calls{"stop at later", "start at tea", "stop at tea", "start at later"});
}

TEST_CASE("an occupant that does not come back is told of, with the way to start it",
          "[snapshot][restore][ST-02]") {
    RestoreScene scene;
    Recorded recorded{scene, {}, 0, 2};
    const auto done = restore_backup(scene.step, scene.test.host, recorded.occupant());
    REQUIRE(done);
    REQUIRE(done->failure);
    CHECK_THAT(done->failure->hint, Catch::Matchers::StartsWith("start it with: app"));
}

TEST_CASE("after a bad verdict the occupant is started on the former database",
          "[snapshot][restore][ST-02]") {
    RestoreScene scene;
    Recorded recorded{scene, {}};
    recorded.at_stop = [&] {
        App{hidden_beside(scene.target, staged_suffix)}.run("DROP TABLE orders");
    };
    auto& check = scene.step.checks.emplace_back();
    check.name = "orders";
    check.sql = "SELECT count(*) FROM orders";
    check.expect.emplace();
    scene.step.checks[0].expect->relation = Expectation::Relation::at_least;
    scene.step.checks[0].expect->value = "1";
    const auto done = restore_backup(scene.step, scene.test.host, recorded.occupant());
    REQUIRE(done);
    REQUIRE(done->failure);
    CHECK(recorded.calls == Calls{"stop at later", "start at later"});
}

TEST_CASE("a run that ought to stop brings the occupant back", "[snapshot][restore][ST-02]") {
    RestoreScene scene;
    Recorded recorded{scene, {}};
    recorded.at_stop = [&] { *scene.test.stopped = true; };
    const auto done = restore_backup(scene.step, scene.test.host, recorded.occupant());
    REQUIRE_FALSE(done);
    CHECK(done.error().code == ErrorCode::interrupted);
    CHECK(recorded.calls == Calls{"stop at later", "start at later"});
}

TEST_CASE("a run that ought to stop before its occupant works takes the restore back",
          "[snapshot][restore][ST-02]") {
    RestoreScene scene;
    int starts = 0;
    const Occupant occupant{[] { return Result<>{}; },
                            [&]() -> Result<> {
                                if (++starts == 1) *scene.test.stopped = true;
                                return fail(ErrorCode::interrupted, "stopped by the test");
                            },
                            "start it with: app"};
    const auto done = restore_backup(scene.step, scene.test.host, occupant);
    REQUIRE(done);
    REQUIRE(done->failure);
    CHECK(done->restored.rolled_back);
    CHECK(done->failure->hint.empty());
    CHECK(starts == 2);
    CHECK(scene.first_item() == "later");
}

TEST_CASE("on half a database an occupant is not started", "[snapshot][restore][ST-02]") {
    RestoreScene scene;
    Recorded recorded{scene, {}};
    // An intent that cannot be written over leaves the swap in the middle.
    recorded.at_stop = [&] {
        fs::create_directory(hidden_beside(scene.target, swap_suffix));
        scene.step.safety_dir = "/proc/no-such-folder";
    };
    const auto done = restore_backup(scene.step, scene.test.host, recorded.occupant());
    REQUIRE_FALSE(done);
    CHECK(recorded.calls == Calls{"stop at later"});
    CHECK_THAT(done.error().text(), Catch::Matchers::Contains("left stopped") &&
                                        Catch::Matchers::Contains("start it with: app"));
}

}  // namespace muster
