#include <catch2/catch.hpp>

#include <algorithm>

#include "drills/scenario/acts.h"
#include "drills/scenario/rehearse.h"
#include "engine/codec/documents.h"
#include "engine/policy/scenarios.h"
#include "tests/support/backups.h"
#include "tests/support/checks.h"
#include "tests/support/http_server.h"
#include "tests/support/temp_folder.h"

namespace muster {

using namespace test;

namespace {

/// A shop, a snapshot of it, and drills of both.
struct Drill {
    TempFolder folder;
    TestHost test;
    DrillStep step;
    std::vector<DrilledStep> watched;

    Drill() {
        make_shop(folder / "shop.db");
        step.drill = "d";
        step.source = (folder / "shop.db").string();
        step.schema_version_sql = "PRAGMA user_version";
        const auto taken = take_snapshot(
            step_for(folder / "shop.db", folder / "store" / "shop.sqlite"), test.host);
        if (!taken) FAIL(taken.error().text());
        step.backup = DrillBackup{taken->snapshot.path, {}, {}, {}};
        step.volume_id = "shop";
    }
    Rehearsal run(const ScenarioParts& parts) {
        RehearsalOptions options{folder / "sandboxes"};
        options.watch = [&](const DrilledStep& act, bool ended) -> Result<> {
            if (ended) watched.push_back(act);
            return {};
        };
        auto done = rehearse(step, parts, options, test.host);
        if (!done) FAIL(done.error().text());
        CHECK(fs::is_empty(folder / "sandboxes"));
        return *std::move(done);
    }
    Rehearsal run(const std::string& written) {
        auto loaded = from_yaml<ScenarioSpec>("scenario: d\nabout: a test\n" + written, "d.yaml");
        for (const auto& problem : loaded.problems) FAIL(text_of(problem));
        return run(*loaded.value);
    }
    Rehearsal run(Scenario scenario) {
        step.scenario = scenario;
        return run(scenario_of(scenario));
    }
};

std::string names_of(const Rehearsal& done) {
    std::string out;
    for (const auto& each : done.drilled.steps) out += each.name + " ";
    return out;
}

bool failed(const Rehearsal& done, const std::string& code) {
    return std::ranges::any_of(done.findings,
                               [&](const auto& each) { return each.code == code && fails(each); });
}

}  // namespace

TEST_CASE("a snapshot of a store is restored, looked through and compared",
          "[drills][VV-05][AZ-03]") {
    Drill drill;
    drill.step.checks = {check_of("orders", "SELECT count(*) FROM orders", "3")};
    drill.step.rto = std::chrono::minutes{5};
    drill.step.rpo = std::chrono::hours{1};
    drill.step.rows = RowsBaseline{};
    const auto before = state_of(drill.folder.path());
    const auto done = drill.run(Scenario::restore_drill);
    CHECK(done.drilled.passed);
    CHECK(done.drilled.status == DrillStatus::completed);
    CHECK(names_of(done) == "inspect restore doctor compare ");
    CHECK(drill.watched == done.drilled.steps);
    for (const auto* code : {"volume_id", "rpo", "rows", "same_content", "equality", "rto",
                             "health", "schema_version"})
        CHECK(verdict_of(done.findings, code) == Verdict::good);
    REQUIRE(done.drilled.rows.size() == 1);
    CHECK(done.drilled.rows[0] == TableRows{"orders", 3});
    std::string parts;
    for (const auto& phase : done.drilled.recovery) parts += phase.name + " ";
    CHECK(parts == "find decode verify restore ");
    Duration sum{};
    for (const auto& phase : done.drilled.recovery) {
        CHECK(phase.elapsed > Duration::zero());
        sum += phase.elapsed;
    }
    CHECK(sum == done.drilled.restore_took);
    CHECK(done.drilled.restore_took > Duration::zero());
    CHECK(done.drilled.restored_bytes.count > 0);
    fs::remove(drill.folder / "sandboxes");
    CHECK(state_of(drill.folder.path()) == before);
}

TEST_CASE("what a restore drill expects can be missed", "[drills][VV-05]") {
    Drill drill;
    SECTION("objective") {
        drill.step.rto = Duration{0};
        CHECK(failed(drill.run(Scenario::restore_drill), "rto"));
    }
    SECTION("age") {
        drill.step.rpo = std::chrono::minutes{1};
        *drill.test.time += std::chrono::minutes{2};
        CHECK(failed(drill.run(Scenario::restore_drill), "rpo"));
    }
    SECTION("time") {
        drill.step.backup->before = *drill.test.time - std::chrono::hours{1};
        CHECK(failed(drill.run(Scenario::before_time), "taken_before"));
    }
    SECTION("volume") {
        drill.step.volume_id = "other";
        CHECK(failed(drill.run(Scenario::restore_drill), "volume_id"));
    }
    SECTION("schema") {
        drill.step.supported_schema = 3;
        CHECK(drill.run(Scenario::restore_drill).drilled.status == DrillStatus::failed);
    }
    SECTION("rows") {
        drill.step.rows = RowsBaseline{*drill.test.time, {{"orders", 30}, {"gone", 1}}, {}};
        const auto done = drill.run(Scenario::restore_drill);
        CHECK(failed(done, "rows"));
        CHECK_FALSE(done.drilled.passed);
    }
    SECTION("damage") {
        const fs::path artifact = drill.step.backup->path;
        fs::resize_file(artifact, fs::file_size(artifact) - 100);
        const auto done = drill.run(Scenario::restore_drill);
        CHECK(done.drilled.status == DrillStatus::failed);
        CHECK(failed(done, "checksum"));
        CHECK(names_of(done) == "inspect restore ");  // there is nothing to look through
    }
}

TEST_CASE("other shipped scenarios on a sound backup", "[drills][VV-15]") {
    Drill drill;
    drill.step.work = DrillWork{};
    drill.step.work->with["known"] = "SELECT count(*) FROM orders WHERE item = 'tea'";
    for (const auto scenario : {Scenario::emergency_restore, Scenario::known_file,
                                Scenario::re_protection, Scenario::before_time}) {
        INFO(name_of(scenario));
        CHECK(drill.run(scenario).drilled.passed);
    }
    drill.step.work->with["known"] = "SELECT count(*) FROM orders WHERE item = 'coffee'";
    for (const auto scenario : {Scenario::emergency_restore, Scenario::known_file}) {
        const auto done = drill.run(scenario);
        CHECK(done.drilled.status == DrillStatus::failed);
        CHECK(failed(done, "step"));
    }
}

TEST_CASE("values go from step to step", "[drills]") {
    Drill drill;
    const HttpServer api{[](int caller, const std::string& request) {
        const bool post = request.starts_with("POST");
        HttpServer::send(caller, HttpServer::whole(post ? "201 Created" : "200 OK",
                                                   R"({"id": 7, "state": "paid"})"));
    }};
    drill.step.work = DrillWork{};
    drill.step.work->with["api"] = api.url("");
    const auto done = drill.run(R"yaml(
steps:
  - { name: clone, snapshot: { to: clone } }
  - { name: was, save: { was: "{clone.content}", item: coffee } }
  - { name: change, sql: { database: clone, change: "INSERT INTO orders(item) VALUES ('{item}')"
}
}
  - { name: count, sql: { database: clone, ask: SELECT count(*) FROM orders }, expect: { value: 4 }, save: { n: "" } }
  - { name: differs, compare: { database: clone, with: was, likeness: different } }
  - { name: run, run: [sh, -c, "echo $N {clone}; exit 3"], environment: { N: "{n}" }, expect: { status: 3 }, save: { said: "" } }
  - { name: said, run: [test, "{said}", =, "4 {clone}"] }
  - { name: post, http: { post: "{api}/orders", json: { item: "{item}" } }, expect: { status: 201 }, save: { order: /id } }
  - { name: paid, until: { http: { get: "{api}/orders/{order}" }, expect: { json: { /state: paid } }, within: 5s } }
  - { name: until-sql, until: { sql: { database: clone, ask: SELECT 1 }, expect: { value: 1 }, within: 5s } }
  - { name: until-run, until: { run: ["true"], within: 5s } }
  - { name: wait, wait: 10ms }
  - { name: backup, snapshot: { of: clone, as: backup, compress: gzip } }
  - { name: look, check: { snapshot: backup, depth: quick } }
  - { name: again, restore: { snapshot: backup, to: again } }
  - { name: same, compare: { database: again, with: clone } }
)yaml");
    for (const auto& each : done.drilled.steps) {
        INFO(each.name << ": " << each.told);
        CHECK(each.status == DrillStatus::completed);
    }
    CHECK(done.drilled.passed);
    CHECK(done.drilled.steps.size() == 16);
}

TEST_CASE("what does not hold ends a drill, and the rollback is run", "[drills]") {
    Drill drill;
    SECTION("a step") {
        const auto done = drill.run(R"yaml(
steps: [{ name: a, run: ["false"] }, { name: b, run: ["true"] }]
rollback: [{ name: c, run: ["false"] }, { name: d, run: ["true"] }]
)yaml");
        CHECK(done.drilled.status == DrillStatus::failed);
        CHECK(names_of(done) == "a c d ");
        CHECK(failed(done, "step"));
        CHECK(failed(done, "rollback"));
    }
    SECTION("the hypothesis, before") {
        const auto done = drill.run(R"yaml(
hypothesis: [{ sql: { database: source, ask: SELECT count(*) FROM orders }, expect: { value: 2 } }]
steps: [{ name: a, run: ["true"] }]
rollback: [{ name: c, run: ["true"] }]
)yaml");
        CHECK(done.drilled.status == DrillStatus::failed);
        CHECK(names_of(done) == "hypothesis 1 c ");
    }
    SECTION("the hypothesis, after") {
        const auto done = drill.run(R"yaml(
services: { flag: { start: [sh, -c, "touch {sandbox}/up; sleep 60"] } }
hypothesis: [{ name: up, run: [test, -e, "{sandbox}/up"] }]
steps: [{ name: a, run: [rm, "{sandbox}/up"] }]
)yaml");
        CHECK(done.drilled.status == DrillStatus::deviated);
        CHECK_FALSE(done.drilled.passed);
        CHECK(names_of(done) == "flag up a up ");
    }
    SECTION("its time") {
        drill.step.within = std::chrono::milliseconds{200};
        const auto done = drill.run(R"yaml(
steps: [{ name: a, wait: 1m }, { name: b, run: ["true"] }]
rollback: [{ name: c, run: ["true"] }]
)yaml");
        CHECK(done.drilled.status == DrillStatus::aborted);
        CHECK(done.failure->code == ErrorCode::timed_out);
        CHECK(names_of(done) == "a c ");
    }
    SECTION("a step's time") {
        const auto done = drill.run("steps: [{ name: a, wait: 1m, within: 100ms }]\n");
        CHECK(done.failure->code == ErrorCode::timed_out);
    }
    SECTION("a stop") {
        *drill.test.stopped = true;
        const auto done = drill.run(R"yaml(
steps: [{ name: a, run: ["true"] }]
rollback: [{ name: c, run: ["true"] }]
)yaml");
        CHECK(done.drilled.status == DrillStatus::interrupted);
        CHECK(done.failure->code == ErrorCode::interrupted);
        CHECK(names_of(done) == "a c ");
    }
    SECTION("no steps at all") {
        CHECK_FALSE(rehearse(drill.step, {}, {drill.folder / "sandboxes"}, drill.test.host));
    }
    SECTION("an answer that has no such value") {
        const auto done = drill.run("steps: [{ name: a, run: [echo, x], save: { v: /id } }]\n");
        CHECK(failed(done, "step"));
    }
    SECTION("a question for too long") {
        const auto done = drill.run(
            "steps: [{ name: a, until: { sql: { database: source, ask: SELECT 1 }, expect: { value: "
            "2 }, within: 200ms } }]\n");
        CHECK(failed(done, "step"));
    }
    SECTION("SQL that is none") {
        CHECK(failed(drill.run("steps: [{ name: a, sql: { database: source, ask: SELEC } }]\n"),
                     "step"));
        CHECK(failed(drill.run("steps: [{ name: c, snapshot: { to: c } }, "
                               "{ name: a, sql: { database: c, change: DROP TABLE orders } }]\n"),
                     "step"));
    }
}

TEST_CASE("what an application left in its log is looked at", "[drills][VV-05]") {
    Drill drill;
    drill.step.checks = {check_of("orders", "SELECT count(*) FROM orders", "3")};
    const auto done = drill.run(R"yaml(
steps:
  - { name: restore, restore: { to: restored } }
  - name: app
    run:
      - python3
      - -c
      - |
        import os, sqlite3, sys
        database = sqlite3.connect(sys.argv[1])
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("DELETE FROM orders")
        database.commit()
        os._exit(0)
      - "{restored}"
  - { name: doctor, check: { database: restored } }
  - { name: compare, compare: { database: restored, with: chosen } }
)yaml");
    CHECK(done.drilled.status == DrillStatus::failed);
    CHECK(failed(done, "check"));
    CHECK(failed(done, "equality"));
    CHECK(failed(done, "same_content"));
}

TEST_CASE("a name that nothing has made yet is told, and no program takes it for a value",
          "[drills]") {
    Drill drill;
    const auto done = drill.run(R"yaml(
steps: [{ name: a, run: ["false"] }, { name: b, run: [echo, secret], save: { order: "" } }]
rollback:
  - { name: c, run: [touch, "{sandbox}/{order}"] }
  - { name: d, check: { snapshot: later } }
  - { name: e, restore: { snapshot: later, to: x } }
  - { name: f, compare: { database: x, with: later } }
)yaml");
    CHECK(names_of(done) == "a c d e f ");
    for (std::size_t i = 1; i < done.drilled.steps.size(); ++i)
        CHECK(done.drilled.steps[i].status != DrillStatus::completed);
    CHECK(done.drilled.steps[1].told == "nothing gave the word order a value");
}

TEST_CASE("an answer that is saved stands in no record, and none is printed raw", "[drills]") {
    Drill drill;
    const auto done = drill.run(R"yaml(
steps:
  - { name: a, run: [echo, hunter2], save: { token: "" } }
  - { name: b, run: [printf, 'a\033[2Jb'] }
  - { name: c, run: [echo, ""], save: { nothing: "" } }
)yaml");
    CHECK(done.drilled.steps[0].told == "saved token");
    CHECK(done.drilled.steps[1].told == "a [2Jb");
    CHECK(done.drilled.steps[2].status == DrillStatus::failed);
}

TEST_CASE("a sandbox that has no room is not begun", "[drills][VV-05]") {
    Drill drill;
    fs::resize_file(drill.step.source,
                    std::uintmax_t{1} << 42U);  // sparse: it takes no room itself
    const auto done = rehearse(drill.step, scenario_of(Scenario::restore_smoke),
                               {drill.folder / "sandboxes"}, drill.test.host);
    REQUIRE_FALSE(done);
    CHECK(done.error().code == ErrorCode::no_space);
    CHECK_FALSE(fs::exists(drill.folder / "sandboxes"));
}

TEST_CASE("services are started, told apart, and stopped for certain", "[drills]") {
    Drill drill;
    SECTION("started by a step, on what was restored") {
        const auto done = drill.run(R"yaml(
services:
  web:
    start: [python3, -m, http.server, "{web.port}", --bind, 127.0.0.1, --directory, "{sandbox}"]
    healthy: { http: { get: "{web}/restored.sqlite" }, within: 20s }
steps:
  - { name: restore, restore: { to: restored } }
  - { name: start, service: { start: web } }
  - { name: again, service: { start: web } }
  - { name: ask, http: { get: "{web}/" } }
  - { name: kill, service: { kill: web } }
  - { name: restart, service: { restart: web } }
  - { name: stop, service: { stop: web } }
)yaml");
        for (const auto& each : done.drilled.steps) {
            INFO(each.name << ": " << each.told);
            CHECK(each.status == DrillStatus::completed);
        }
        CHECK(done.drilled.recovery.back().name == "start");
    }
    SECTION("one that ends") {
        const auto done = drill.run(R"yaml(
services: { app: { start: [sh, -c, "echo no such table; exit 4"], healthy: { command: ["false"], within: 5s } } }
steps: [{ name: a, run: ["true"] }]
)yaml");
        CHECK(done.drilled.status == DrillStatus::failed);
        CHECK(done.drilled.steps[0].told.find("no such table") != std::string::npos);
    }
    SECTION("one that never gets healthy") {
        const auto done = drill.run(R"yaml(
services: { app: { start: [sleep, "60"], healthy: { command: ["false"], within: 300ms } } }
steps: [{ name: a, service: { start: app } }]
)yaml");
        CHECK(done.drilled.status == DrillStatus::failed);
        CHECK(failed(done, "step"));
    }
    SECTION("one that dies while it is needed") {
        const auto done = drill.run(R"yaml(
services: { app: { start: [sh, -c, "sleep 0.3; exit 9"] } }
steps: [{ name: a, wait: 500ms }]
)yaml");
        CHECK(done.drilled.status == DrillStatus::failed);
        CHECK(failed(done, "step"));
        CHECK(done.drilled.steps.back().told.find("exit status 9") != std::string::npos);
    }
}

TEST_CASE("rows may shrink and grow as far as the policy says", "[drills][AZ-03]") {
    const auto now = *TextForm<Time>::parse("2026-11-20T10:00:00Z");
    const auto verdict = [&](std::int64_t was, std::int64_t is, int days) {
        const RowsBaseline baseline{now - std::chrono::hours{24 * days}, {{"t", was}}, {0.1, 0.5}};
        DatabaseDigest content;
        content.tables.push_back({"t", is, {}});
        return judge_row_counts(baseline, content, "d", now).verdict;
    };
    CHECK(verdict(10000, 9000, 1) == Verdict::good);
    CHECK(verdict(10000, 8999, 1) == Verdict::bad);
    CHECK(verdict(10000, 15000, 1) == Verdict::good);
    CHECK(verdict(10000, 15001, 1) == Verdict::bad);
    CHECK(verdict(10000, 15001, 0) == Verdict::bad);  // a day at least, and no more
    CHECK(verdict(10000, 25000, 3) == Verdict::good);
    CHECK(verdict(10000, 25001, 3) == Verdict::bad);
    CHECK(verdict(0, 1000, 1) == Verdict::good);
    CHECK(verdict(0, 1001, 1) == Verdict::bad);
    CHECK(verdict(10000, 6667, -1) == Verdict::good);  // an older content, before it grew
    CHECK(verdict(10000, 6666, -1) == Verdict::bad);
    CHECK(verdict(10000, 11111, -1) == Verdict::good);
    CHECK(verdict(10000, 11112, -1) == Verdict::bad);  // too many were gone a day later
    const RowsBaseline later{now + std::chrono::hours{1}, {{"young", 5}}, {}};
    CHECK(judge_row_counts(later, {}, "d", now).verdict == Verdict::good);  // not there yet
    CHECK(judge_row_counts({}, {}, "d", now).verdict == Verdict::good);
    CHECK(judge_row_counts({now, {{"t", 0}}, {}}, {}, "d", now).verdict == Verdict::bad);  // gone
}

}  // namespace muster
