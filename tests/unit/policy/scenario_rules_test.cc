#include <catch2/catch.hpp>

#include "engine/codec/documents.h"
#include "engine/policy/scenarios.h"
#include "tests/support/policies.h"

namespace muster {

using namespace test;
using Texts = std::vector<std::string>;

namespace {

/// The problems of the small policy with this drill of its only target.
Texts drill(const std::string& written) {
    return texts_of(
        load_text(small_policy + "drills: { d: { targets: [shop], " + written + " } }\n").problems);
}

Texts steps(const std::string& written) {
    return drill("steps: [ " + written + " ]");
}

void says(const Texts& texts, const std::string& words) {
    INFO(words);
    for (const auto& text : texts) UNSCOPED_INFO("problem: " << text);
    REQUIRE(texts.size() == 1);
    CHECK(texts.front().find(words) != std::string::npos);
}

constexpr auto clone = "{ name: a, snapshot: { to: clone } }, ";

}  // namespace

TEST_CASE("every shipped scenario can be read and keeps the rules", "[policy][drills]") {
    for (const auto& [scenario, name] : Names<Scenario>::list) {
        INFO(name);
        const auto& spec = scenario_of(scenario);
        REQUIRE(spec.scenario == name);
        CHECK_FALSE(spec.about.empty());
        CHECK(uses_chosen(scenario) == uses_chosen(static_cast<const ScenarioParts&>(spec)));
        std::string given;
        for (const auto& [word, about] : spec.needs)
            given += word == "app" ? "services: { app: { start: [app, '{restored}'], "
                                     "healthy: { command: [ask] } } }, "
                                   : "with: { " + word + ": SELECT 1 }, ";
        if (scenario == Scenario::before_time) given += "from: { older_than: 1d }, ";
        CHECK(drill(given + "scenario: " + std::string{name}) == Texts{});
        if (!spec.needs.empty())
            says(drill("scenario: " + std::string{name}),
                 "needs \"" + spec.needs.begin()->first + "\"");
    }
}

TEST_CASE("a scenario uses only names that something before has made", "[policy][drills]") {
    says(steps("{ name: a, check: { database: clone } }"),
         "drills.d.steps[0].check.database: no step before makes a database \"clone\"");
    says(steps(std::string{clone} + "{ name: b, restore: { snapshot: backup, to: clone } }"),
         "no step before makes a snapshot \"backup\"");
    says(steps(std::string{clone} + "{ name: b, compare: { database: clone, with: basline } }"),
         "no step before makes a database, snapshot or saved content \"basline\"");
    says(steps(std::string{clone} + "{ name: b, restore: { snapshot: clone, to: other } }"),
         "\"clone\" is a database, not a snapshot");
    says(steps(std::string{clone} + "{ name: b, snapshot: { of: clone, as: clone } }"),
         "\"clone\" is a database already");
    says(steps("{ name: a, run: [tool, '{job}'] }"), "run[1]: nothing gives the word \"job\"");
    says(steps("{ name: a, http: { get: 'http://h/{jbo}' }, save: { job: /id } }"),
         "nothing gives the word \"jbo\" a value");
    says(steps("{ name: a, service: { start: api } }"), "\"api\" is not in services");
    CHECK(steps(std::string{clone} +
                "{ name: b, save: { was: '{clone.content}', path: '{clone}' } }, "
                "{ name: c, compare: { database: clone, with: was } }, "
                "{ name: d, run: [tool, '{path}', '{sandbox}', '{{job}', '{print $1}'] }") ==
          Texts{});
    says(texts_of(load_text(small_policy +
                            "drills: { d: { steps: [{ name: a, snapshot: { to: c } }] } }\n")
                      .problems),
         "this drill has no source");
}

TEST_CASE("a drill never writes the database it is for", "[policy][drills]") {
    says(steps("{ name: a, sql: { database: source, change: DELETE FROM t } }"),
         "a drill never changes the database it is for");
    says(steps("{ name: a, restore: { to: source } }"),
         "a drill never writes the database it is for");
    says(steps("{ name: a, mutate: { database: source } }"), "a drill works on copies");
    says(steps("{ name: a, snapshot: { to: source } }"),
         "a drill never writes the database it is for");
    CHECK(steps("{ name: a, sql: { database: source, ask: SELECT 1 } }") == Texts{});
}

TEST_CASE("a step is one act with what belongs to it", "[policy][drills]") {
    says(steps("{ name: a, wait: 1s, run: [tool] }"), "a step has one act, and this one has run");
    says(steps("{ name: a }"), "this step does nothing");
    says(steps("{ wait: 1s }"), "the key \"name\" is missing");
    says(steps("{ name: a, wait: 1s }, { name: a, wait: 1s }"), "two steps are named \"a\"");
    says(steps("{ name: a, wait: 1s, expect: { value: 1 } }"), "this step has no answer");
    says(steps("{ name: a, wait: 1s, save: { x: '' } }"), "this step has no answer to save from");
    says(steps("{ name: a, run: [tool], save: { x: id } }"), "save.x");
    says(steps("{ name: a, wait: 1s, environment: { A: b } }"), "only a step with run has it");
    says(steps("{ name: a, http: { get: 'https://h/' } }"), "plain http only");
    says(steps("{ name: a, http: { get: 'http://h/', headers: { Authorization: x } } }"),
         "a header with a secret would stand in plans and records");
    says(steps(std::string{clone} + "{ name: b, check: { database: clone, verdict: unchecked } }"),
         "good or bad");
    says(steps("{ name: a, run: [tool], environment: { DB_PASSWORD: x } }"),
         "a secret would stand in plans and records");
    says(steps("{ name: a, snapshot: { as: chosen } }"), "\"chosen\" has a meaning of its own");
    says(steps(std::string{clone} + "{ name: b, compare: { database: clone, with: clone } }"),
         "a database is always like itself");
    says(steps(std::string{clone} + "{ name: b, run: [tool, '{clone.content}'] }"),
         "nothing gives the word \"clone.content\" a value");
    says(drill("services: { api: { start: [app], healthy: { http: { get: 'http://h/', headers: { "
               "Cookie: x } } } } }, steps: [{ name: a, wait: 1s }]"),
         "a header with a secret would stand in plans and records");
    says(drill("hypothesis: [{ wait: 1s }], steps: [{ name: a, wait: 1s }]"),
         "a hypothesis only asks");
    CHECK(drill("hypothesis: [{ sql: { database: source, ask: SELECT 1 } }], "
                "steps: [{ name: a, wait: 1s }]") == Texts{});
}

TEST_CASE("a service that a step starts may use what was made before", "[policy][drills]") {
    const auto with_service = [](const std::string& more) {
        return drill("services: { app: { start: [app, '{restored}'] } }, steps: [ " + more + " ]");
    };
    CHECK(with_service("{ name: a, restore: { to: restored } }, "
                       "{ name: b, service: { start: app } }") == Texts{});
    says(with_service("{ name: a, restore: { to: restored } }"),
         "drills.d.services.app.start[1]: nothing gives the word \"restored\" a value");
    CHECK(drill("services: { app: { start: [app, '{app.port}'], healthy: { http: { get: '{app}/h' "
                "} } } }, steps: [{ name: a, http: { get: '{app}/x' } }]") == Texts{});
}

TEST_CASE("a shipped scenario takes words it knows", "[policy][drills]") {
    says(drill("scenario: known-file, with: { known: SELECT 1, knwon: SELECT 2 }"),
         "known-file has no use for \"knwon\"");
    says(drill("scenario: restore-smoke, from: {}"), "this scenario restores nothing from a store");
    says(drill("scenario: before-time, from: { older_than: 2d, before: 2026-11-20T00:00:00Z }"),
         "these do not go together");
    says(drill("scenario: restore-drill, rows: { may_shrink: 2 }"), "must be from 0 to 1");
    CHECK(drill("scenario: before-time, from: { older_than: 2d }") == Texts{});
    says(drill("scenario: before-time"), "before-time needs to know before what");
    says(
        drill(
            "scenario: app-boots, services: { app: { start: [app], healthy: { command: [ask] } } }"),
        "nothing tells the application where the restored database lies");
    says(drill("scenario: app-boots, services: { app: { start: [app, '{restored}'] } }"),
         "the key \"healthy\" is missing");
}

}  // namespace muster
