#include "engine/run/run.h"

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include <algorithm>

#include "engine/plan/make_plan.h"
#include "engine/snapshot/names.h"
#include "tests/support/backups.h"
#include "tests/support/temp_folder.h"
#include "tests/support/world.h"

namespace muster {

using namespace test;

namespace {

/// A policy file with one database and one store, and applies of it.
struct Site {
    TempFolder folder;
    TestHost test;
    StateFolder state{folder / "state"};

    Site() {
        make_shop(folder / "shop.db");
        test.host.scratch = state.scratch();
        write("keep: { last: 2 }");
    }
    void write(const std::string& keep, const std::string& target = "shop.db") const {
        write_all(
            folder / "policy.yaml",
            "muster: 1\nname: shop-policy\nstores: { near: { local: backups } }\n"
            "targets: { shop: { sqlite: '" +
                target +
                "', rpo: 24h, rto: 5m, checks: [{ name: orders, sql: SELECT count(*) FROM orders, expect: '>= 3' }] } }\n"
                "protect: { nightly: { targets: [shop], stores: [near], " +
                keep +
                " } }\n"
                "drills: { smoke: { scenario: restore-smoke, targets: [shop] } }\n");
    }
    PolicyFile policy() const {
        const auto loaded = read_policy(folder / "policy.yaml");
        REQUIRE(loaded);
        for (const auto& problem : loaded->problems) FAIL(text_of(problem));
        auto file = policy_file(folder / "policy.yaml", *loaded);
        REQUIRE(file);
        return *std::move(file);
    }
    Record apply() {
        *test.time += std::chrono::hours{1};
        const auto file = policy();
        RunHead head;
        head.command = {"muster", "apply"};
        head.policy_name = file.policy.name;
        auto run = Run::begin(state, head, test.host, {});
        REQUIRE(run);
        REQUIRE(run->mend(file));
        const auto world = observe(file, state, test.host);
        REQUIRE(world);
        const auto plan = make_plan(file.policy, *world, {}, "0.1.0");
        REQUIRE(run->execute(plan, {}));
        const auto stored = run->end(plan, &file, *world);
        if (!stored) FAIL(stored.error().text());
        return stored->record;
    }
    std::vector<std::string> artifacts() const {
        std::vector<std::string> out;
        for (const auto& entry : fs::recursive_directory_iterator{folder / "backups"})
            if (entry.path().extension() == ".sqlite")
                out.push_back(entry.path().filename().string());
        std::ranges::sort(out);
        return out;
    }
};

}  // namespace

TEST_CASE("an apply snapshots, proves and rehearses, and the next one knows", "[run]") {
    Site site;
    const auto first = site.apply();
    CHECK(first.status == RunStatus::completed);
    CHECK(first.exit_status == 0);
    REQUIRE(first.outcomes.size() == 3);
    CHECK(first.outcomes[1].proof);
    CHECK(first.outcomes[2].drilled->passed);
    CHECK(first.population->added == std::vector<std::string>{"shop"});
    const auto world = observe(site.policy(), site.state, site.test.host);
    REQUIRE(world->snapshots.size() == 1);
    CHECK(world->snapshots[0].proven_at);
    CHECK(world->drills.size() == 1);
}

TEST_CASE("a check that is only for depth deep does not keep a proof at depth full from counting",
          "[run]") {
    Site site;
    const std::string deep =
        "{ name: more, sql: SELECT count(*) FROM orders, expect: '>= 1', depth: deep }";
    for (const std::string verify : {"full", "deep"}) {
        write_all(site.folder / "policy.yaml",
                  "muster: 1\nname: shop-policy\nstores: { near: { local: backups } }\n"
                  "targets: { shop: { sqlite: shop.db, checks: [" +
                      deep +
                      "] } }\n"
                      "protect: { nightly: { targets: [shop], stores: [near], verify: " +
                      verify + " } }\n");
        const auto record = site.apply();
        CHECK(record.outcomes[1].proof);
        for (const auto& finding : record.findings) {
            CAPTURE(verify, finding.reason);
            CHECK(finding.verdict == Verdict::good);
        }
        const auto world = observe(site.policy(), site.state, site.test.host);
        REQUIRE(world);
        CHECK(world->snapshots.back().proven_at);
    }
}

TEST_CASE("many targets at once: outcomes in the plan's order, and one that fails stops no other",
          "[run]") {
    Site site;
    fs::create_directories(site.folder / "many");
    for (int i = 0; i < 20; ++i) make_shop(site.folder / fmt::format("many/shop-{:02}.db", i));
    const auto lost = site.folder / "many/shop-07.db";
    write_all(lost, read_all(lost).replace(4096, 4096, std::string(4096, 'x')));
    write_all(site.folder / "policy.yaml",
              "muster: 1\nname: shops\nstores: { near: { local: backups } }\n"
              "targets: { shops: { sqlite: 'many/*.db' } }\n"
              "protect: { nightly: { targets: [shops], stores: [near] } }\n");
    const auto record = site.apply();
    CHECK(record.outcomes.size() == 40);
    std::size_t good = 0;
    for (std::size_t i = 0; i + 1 < record.outcomes.size(); i += 2) {
        CHECK(record.outcomes[i].target == record.outcomes[i + 1].target);
        if (i > 0) CHECK(record.outcomes[i - 2].target < record.outcomes[i].target);
        if (record.outcomes[i + 1].proof) ++good;
    }
    CHECK(good == 19);
    CHECK(record.exit_status != 0);
    CHECK(site.artifacts().size() >= 19);
}

TEST_CASE("only what no rule keeps is pruned, after the new one is proven", "[run][retention]") {
    Site site;
    for (int i = 0; i < 3; ++i) site.apply();
    CHECK(site.artifacts() ==
          std::vector<std::string>{"shop-20261120T120000Z.sqlite", "shop-20261120T130000Z.sqlite"});
}

TEST_CASE("a failing check leaves the snapshot unproven, and everything as it is",
          "[run][retention]") {
    Site site;
    site.write("keep: { last: 1 }");
    site.apply();
    App{site.folder / "shop.db"}.run("DELETE FROM orders WHERE id = 1");
    const auto second = site.apply();
    CHECK(second.exit_status == 4);
    CHECK(second.outcomes[1].status == Status::bad);
    CHECK_FALSE(second.outcomes[1].proof);
    REQUIRE(second.outcomes.back().kind == "prune");
    CHECK(second.outcomes.back().status == Status::skipped);
    CHECK(site.artifacts().size() == 2);
}

TEST_CASE("a target that is gone blocks its steps and fails the run", "[run]") {
    Site site;
    fs::remove(site.folder / "shop.db");
    const auto record = site.apply();
    CHECK(record.exit_status == 8);
    for (const auto& outcome : record.outcomes) CHECK(outcome.trouble);
    CHECK(std::ranges::any_of(
        record.findings, [](const auto& each) { return each.code == "target" && fails(each); }));
}

TEST_CASE("a glob gives one target for each match, and none is a trouble", "[run][observe]") {
    Site site;
    fs::create_directories(site.folder / "tenants");
    make_shop(site.folder / "tenants/acme.db");
    make_shop(site.folder / "tenants/zeta.db");
    site.write("keep: { last: 2 }", "tenants/*.db");
    const auto world = observe(site.policy(), site.state, site.test.host);
    REQUIRE(world->targets.size() == 2);
    CHECK(world->targets[0].id == "shop/acme");
    CHECK(world->targets[1].id == "shop/zeta");
    site.write("keep: { last: 2 }", "nobody/*.db");
    CHECK(observe(site.policy(), site.state, site.test.host)->targets.at(0).trouble->code ==
          "not_found");
}

TEST_CASE("databases of one name in several folders are targets of their own", "[run][observe]") {
    Site site;
    for (const auto* name : {"a", "b"}) {
        fs::create_directories(site.folder / "tenants" / name);
        make_shop(site.folder / "tenants" / name / "app.db");
    }
    site.write("keep: { last: 1 }", "tenants/*/app.db");
    site.apply();
    const auto second = site.apply();
    CHECK(second.exit_status == 0);
    const auto world = observe(site.policy(), site.state, site.test.host);
    REQUIRE(world->targets.size() == 2);
    CHECK(world->targets[0].id == "shop/a/app");
    CHECK(world->targets[1].id == "shop/b/app");
    CHECK(site.artifacts().size() == 2);
}

TEST_CASE(
    "a database that a glob no longer matches does not vanish while there are snapshots of it",
    "[run][observe]") {
    Site site;
    fs::create_directories(site.folder / "tenants");
    make_shop(site.folder / "tenants/acme.db");
    make_shop(site.folder / "tenants/zeta.db");
    site.write("keep: { last: 2 }", "tenants/*.db");
    CHECK(site.apply().exit_status == 0);
    fs::remove(site.folder / "tenants/zeta.db");
    const auto record = site.apply();
    CHECK(record.exit_status != 0);
    CHECK(record.population->count == 2);
    CHECK(record.population->removed.empty());
}

TEST_CASE("a snapshot of another database counts for nothing, whatever its name",
          "[run][observe][retention]") {
    Site site;
    site.write("keep: { last: 1 }");
    site.apply();
    const auto ours = site.artifacts();
    fs::create_directories(site.folder / "staging");
    make_shop(site.folder / "staging/shop.db");
    *site.test.time += std::chrono::hours{1};
    REQUIRE(take_snapshot(
        step_for(site.folder / "staging/shop.db", site.folder / "backups/shop/stray.sqlite"),
        site.test.host));
    const auto world = observe(site.policy(), site.state, site.test.host);
    const auto stray =
        std::ranges::find(world->snapshots, "shop/stray.sqlite", &SnapshotFacts::key);
    REQUIRE(stray != world->snapshots.end());
    CHECK(stray->state == SnapshotState::foreign);
    Selection prune;
    prune.only = {"prune"};
    CHECK(make_plan(site.policy().policy, *world, prune, "0.1.0").steps.empty());
    site.apply();
    CHECK(fs::exists(site.folder / "backups/shop/stray.sqlite"));
    CHECK(site.artifacts() != ours);
}

TEST_CASE("a proof speaks for the questions that were asked", "[run][observe]") {
    Site site;
    site.apply();
    CHECK(observe(site.policy(), site.state, site.test.host)->snapshots.at(0).proven_at);
    auto text = read_all(site.folder / "policy.yaml");
    text.replace(text.find(">= 3"), 4, ">= 2");
    write_all(site.folder / "policy.yaml", text);
    CHECK_FALSE(observe(site.policy(), site.state, site.test.host)->snapshots.at(0).proven_at);
}

TEST_CASE("what could not be checked is no proof", "[run][execute]") {
    Site site;
    auto text = read_all(site.folder / "policy.yaml");
    text.replace(text.find("count(*)"), 8, "cuont(*)");
    write_all(site.folder / "policy.yaml", text);
    const auto record = site.apply();
    CHECK_FALSE(record.outcomes.at(1).proof);
    CHECK(record.exit_status == 4);
}

TEST_CASE("a run that was killed gets its record from the next one", "[run]") {
    Site site;
    Child child{[&](const Child::Ready& ready) {
        RunHead head;
        head.command = {"muster", "apply", "killed"};
        auto run = Run::begin(site.state, head, site.test.host, {});
        if (run) ready();
        stay();
    }};
    child.kill();
    const auto next = site.apply();
    REQUIRE(next.found.size() == 1);
    CHECK(next.found[0].find("'muster apply killed'") != std::string::npos);
    CHECK(next.sequence == 2);
    const auto chain = read_chain(site.state);
    CHECK(chain->sound());
    CHECK(chain->links[0].record.status == RunStatus::died);
}

TEST_CASE("an unfinished snapshot is finished or undone before the plan is made", "[run]") {
    Site site;
    site.apply();
    const auto artifact = site.folder / "backups/shop" / site.artifacts().front();
    fs::rename(manifest_of(artifact), hidden_beside(artifact, intent_suffix));
    const auto next = site.apply();
    REQUIRE(next.found.size() == 1);
    CHECK(next.found[0].starts_with("kept the snapshot"));
    CHECK(fs::exists(manifest_of(artifact)));
}

TEST_CASE("steps after an interruption are skipped, and the record says so", "[run][execute]") {
    Site site;
    const auto file = site.policy();
    auto run = Run::begin(site.state, {}, site.test.host, {});
    REQUIRE(run);
    const auto world = observe(file, site.state, site.test.host);
    const auto plan = make_plan(file.policy, *world, {}, "0.1.0");
    *site.test.stopped = true;
    REQUIRE(run->execute(plan, {}));
    const auto stored = run->end(plan, &file, *world);
    REQUIRE(stored);
    CHECK(stored->record.status == RunStatus::interrupted);
    CHECK(stored->record.exit_status == 130);
    for (const auto& outcome : stored->record.outcomes) CHECK(outcome.status == Status::skipped);
}

}  // namespace muster
