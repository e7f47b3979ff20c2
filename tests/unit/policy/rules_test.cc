#include <algorithm>
#include <catch2/catch.hpp>

#include "engine/policy/rules/check_policy.h"
#include "tests/support/policies.h"

namespace muster {

using namespace test;
using Texts = std::vector<std::string>;

namespace {

/// The problems of the small policy with more lines below it.
Texts with(const std::string& more) {
    return texts_of(load_text(small_policy + more).problems);
}

/// The problems of the small policy whose only target is written like this.
Texts target(const std::string& written) {
    auto text = small_policy;
    text.replace(text.find("{ sqlite: shop.db }"), 19, written);
    return texts_of(load_text(text).problems);
}

Texts store(const std::string& written) {
    auto text = small_policy;
    text.replace(text.find("{ local: backups }"), 18, written);
    return texts_of(load_text(text).problems);
}

Texts protect(const std::string& more, const std::string& of_target = "sqlite: shop.db") {
    auto text = small_policy;
    text.replace(text.find("sqlite: shop.db"), 15, of_target);
    text.replace(text.find("stores: [near] }"), 16, "stores: [near], " + more + " }");
    return texts_of(load_text(text).problems);
}

bool one_says(const Texts& texts, const std::string& words) {
    INFO(texts.size());
    for (const auto& text : texts) INFO(text);
    return texts.size() == 1 && texts.front().find(words) != std::string::npos;
}

const std::string keys = "access_key: { env: A }, secret_key: { env: B }";

}  // namespace

TEST_CASE("one of several alternatives is given", "[policy]") {
    CHECK(one_says(store("{}"), "stores.near: one of local, s3, azure_blob is needed"));
    CHECK(one_says(store("{ local: a, azure_blob: { account: a, container: b, sas: { env: S } } }"),
                   "\"azure_blob\" and \"local\" exclude each other; give one of local, s3"));
    CHECK(one_says(target("{ sqlite: a.db, directory: d }"), "exclude each other"));
    CHECK(one_says(with("drills: { d: { targets: [shop] } }\n"),
                   "drills.d: one of scenario, steps is needed"));
}

TEST_CASE("secrets are only named", "[policy]") {
    CHECK(one_says(store("{ s3: { endpoint: https://x, bucket: b, access_key: AKIA1, secret_key: { "
                         "env: B } } }"),
                   "stores.near.s3.access_key: expected a mapping, found the text \"AKIA1\"; a "
                   "secret is named, never written here: { env: NAME }"));
    CHECK(one_says(store("{ s3: { endpoint: 'https://me:pw@x', bucket: b, " + keys + " } }"),
                   "a URL must not hold a user or a password"));
    CHECK(one_says(protect("snapshot: { encrypt: { env: K, optional: true } }"),
                   "without the key the snapshot would be written in the clear"));
    CHECK(one_says(store("{ s3: { endpoint: https://x, bucket: b, access_key: { env: A, file: f }, "
                         "secret_key: { env: B } } }"),
                   "exclude each other"));
}

TEST_CASE("stores are places that hold what they are given", "[policy]") {
    CHECK(store("{ s3: { endpoint: https://x, bucket: b, " + keys +
                " }, object_lock: { mode: governance, keep: 30d } }") == Texts{});
    CHECK(one_says(store("{ local: a, object_lock: { mode: governance, keep: 30d } }"),
                   "only S3 can lock objects"));
    CHECK(one_says(store("{ s3: { endpoint: x.example, bucket: b, " + keys + " } }"),
                   "\"x.example\" is no URL"));
    CHECK(one_says(store("{ local: a, overwrite: same_day, layout: '{target}' }"),
                   "without {yyyy} the snapshots of different days would collide"));
}

TEST_CASE("targets have the keys of their kind", "[policy]") {
    CHECK(target("{ directory: d, parts: { wal: wal }, records: { json: m.json, pointer: /n } }") ==
          Texts{});
    CHECK(one_says(target("{ sqlite: a.db, parts: { wal: wal } }"),
                   "targets.shop.parts: only a target with directory can have it"));
    CHECK(one_says(target("{ directory: d, revision: { sql: SELECT 1 } }"),
                   "only a target with sqlite can have it"));
    CHECK(one_says(target("{ directory: d, parts: { up: ../x } }"),
                   "\"../x\" lies outside of the directory"));
    CHECK(one_says(target("{ directory: d, records: { json: m.json, pointer: n } }"),
                   "\"n\" is no JSON pointer"));
    CHECK(one_says(target("{ sqlite: a.db, checks: [{ name: c, sql: SELECT 1 }] }"),
                   "the key \"expect\" is missing"));
    CHECK(one_says(target("{ sqlite: a.db, checks: [{ name: c, blobs: { table: t, payload: p, "
                          "sha256: h } }] }"),
                   "payloads are read only at depth deep; add depth: deep"));
    CHECK(target("{ directory: d, service: { start: [], healthy: { http: { get: ftp://x } } } }")
              .size() == 3);
}

TEST_CASE("a service of a target can be stopped, started and asked", "[policy][ST-02]") {
    const auto service = [](const std::string& rest) {
        return target("{ sqlite: a.db, service: { stop: [down], start: [up], " + rest + " } }");
    };
    const auto healthy = [&](const std::string& rest) {
        return service("healthy: { " + rest + " }");
    };
    CHECK(service("timeout: 5s") == Texts{});
    CHECK(healthy("command: [app, --check], within: 1m") == Texts{});
    CHECK(healthy("http: { get: 'http://127.0.0.1:80/h' }, expect: { json: { /a: '== 5' } }") ==
          Texts{});
    CHECK(one_says(target("{ sqlite: a.db, service: { start: [up] } }"),
                   "targets.shop.service.stop: the key \"stop\" is missing"));
    CHECK(one_says(service("timeout: 0s"), "must be longer than 0"));
    CHECK(one_says(healthy("http: { get: 'https://x/h' }"),
                   "healthy.http.get: this version asks over plain http only; write http://, or "
                   "give a command that asks, such as command: [curl, -fsS, URL]"));
    CHECK(one_says(healthy("http: { get: 'http://x:99999/' }"), "is no URL that can be asked"));
    CHECK(one_says(healthy("http: { post: 'http://x/' }"), "asks for health with get alone"));
    CHECK(one_says(healthy("http: { get: 'http://x/', headers: { Authorization: secret } }"),
                   "asks for health with get alone"));
    CHECK(one_says(healthy("command: [a], expect: { status: 200 }"),
                   "only a question over http has an answer"));
    CHECK(one_says(healthy("http: { get: 'http://{api}/' }"), "nothing gives the word"));
    CHECK(one_says(healthy("http: { get: 'http://x/' }, expect: { json: { /a: '{b}' } }"),
                   "nothing gives the word"));
    CHECK_FALSE(healthy("http: { get: 'http://x/' }, command: [a]").empty());
    CHECK_FALSE(healthy("within: 5s").empty());
}

TEST_CASE("a check by a program says what it looks at", "[policy][AZ-04]") {
    const auto check = [](const std::string& keys) {
        return target("{ sqlite: a.db, checks: [{ name: c, " + keys + " }] }");
    };
    CHECK(check("command: [shop-check, '{database}'], within: 5m").empty());
    CHECK(check("command: [/opt/shop/check, '--db={database}'], depth: deep").empty());
    CHECK(one_says(check("command: []"), "command: must not be empty"));
    CHECK(one_says(check("command: [shop-check, '{databse}']"), "no argument is {database}"));
    CHECK(one_says(check("command: [./check, '{database}']"), "is relative"));
    CHECK(one_says(check("command: ['', '{database}']"), "must not be empty"));
    CHECK(one_says(check("command: [a, '{database}'], expect: 0"), "its exit status is 0"));
    CHECK(one_says(check("command: [a, '{database}'], within: 0s"), "within"));
    CHECK(one_says(check("sql: SELECT 1, expect: 1, within: 5m"), "only a check with command"));
    CHECK(one_says(check("command: [a, '{database}'], sql: SELECT 1"), "exclude each other"));
    CHECK(one_says(check("command: shop-check"), "list"));
}

TEST_CASE("selectors mean something that is there", "[policy]") {
    const auto selects = [](const std::string& selector) {
        return with("maintain: { m: { targets: " + selector + ", repair: safe } }\n");
    };
    CHECK(selects("[shop]") == Texts{});
    CHECK(selects("['s*p']") == Texts{});
    CHECK(selects("{ kind: sqlite }") == Texts{});
    CHECK(one_says(selects("[shp]"),
                   "maintain.m.targets[0]: \"shp\" is not in targets; did you "
                   "mean \"shop\"?"));
    CHECK(one_says(selects("['x*']"), "\"x*\" matches nothing in targets"));
    CHECK(one_says(selects("{ names: [shp] }"), "maintain.m.targets.names[0]"));
    CHECK(one_says(selects("[shop/a]"), "\"shop\" is one target, not a glob; write shop"));
    CHECK(one_says(selects("{ kind: directory }"), "maintain.m.targets: means no target"));
    CHECK(one_says(selects("{ except: [shop] }"), "means no target"));
    CHECK(one_says(selects("{}"), "must not be empty"));
    CHECK(one_says(selects("shop"), "expected a list or a mapping, found the text \"shop\""));
}

TEST_CASE("maintenance does something", "[policy]") {
    CHECK(one_says(with("maintain: { m: { targets: [shop] } }\n"), "maintain.m: does nothing"));
    CHECK(one_says(with("maintain: { m: { targets: [shop], compact: { min_free_ratio: 20 } } }\n"),
                   "maintain.m.compact.min_free_ratio: is no part of a whole"));
}

TEST_CASE("keep rules do not contradict each other", "[policy][ON-02]") {
    CHECK(
        one_says(protect("keep: { within: 7d, max_age: 2d }"),
                 "protect.all.keep.within: keeps 7 d, and max_age removes what is older than 2 d"));
    CHECK(one_says(protect("keep: { max_total: 0 }"),
                   "removes everything but the newest proven snapshot"));
    CHECK(one_says(protect("keep: { min_count: 3 }"), "removes nothing: min_count stands above"));
    CHECK(one_says(protect("schedule: { every: 1d }, keep: { last: 3, max_age: 5h }"),
                   "protect.all.keep.max_age: 5 h removes everything but the newest proven "
                   "snapshot: up to 24 h lie between two of them"));
    CHECK(protect("schedule: { every: 1d }, keep: { last: 3, max_age: 5d }") == Texts{});
}

TEST_CASE("a schedule runs, and often enough for the objective", "[policy][ST-08]") {
    CHECK(protect("schedule: { every: 4h, jitter: 5m }", "sqlite: shop.db, rpo: 5h") == Texts{});
    CHECK(one_says(
        protect("schedule: { every: 4h, jitter: 5m }", "sqlite: shop.db, rpo: 4h"),
        "targets.shop.rpo: 4 h is shorter than the schedule can ever give: up to 4 h 5 min lie "
        "between two snapshots"));
    CHECK(one_says(protect("schedule: { cron: '30 2 * * *', window: '03:00-04:00' }"),
                   "protect.all.schedule.window: the schedule never hits its window"));
    CHECK(one_says(protect("schedule: { cron: '0 0 31 2 *' }"),
                   "protect.all.schedule: never runs; is there such a date?"));
    CHECK(one_says(protect("schedule: { every: 1h, at: '02:00' }"),
                   "only monthly and weekdays have a time of day"));
    CHECK(one_says(protect("schedule: { every: 10s }"), "a minute at least"));
    CHECK(one_says(protect("schedule: { every: 1h, jitter: 2h }"),
                   "must be shorter than the time between two runs, 1 h"));
    CHECK(one_says(protect("schedule: { cron: '0 25 * * *' }"), "protect.all.schedule.cron: "));
}

TEST_CASE("the longest day of the year counts for the objective", "[policy]") {
    // Central European Time without its history: one change in spring, one in autumn of 2028.
    const auto at_hour = [](unsigned month, unsigned day) {
        return std::chrono::sys_days{std::chrono::year{2028} / std::chrono::month{month} /
                                     std::chrono::day{day}} +
               std::chrono::hours{1};
    };
    const Zone berlin{"Europe/Berlin",
                      {{Time{}, std::chrono::hours{1}},
                       {at_hour(3, 26), std::chrono::hours{2}},
                       {at_hour(10, 29), std::chrono::hours{1}}}};
    const auto problems = [&](const std::string& rpo) {
        auto text = small_policy + "timezone: Europe/Berlin\n";
        text.replace(text.find("shop.db }"), 9, "shop.db, rpo: " + rpo + " }");
        text.replace(text.find("stores: [near] }"), 16,
                     "stores: [near], schedule: { cron: '15 2 * * *' } }");
        return texts_of(
            PolicyWorld{{{"p.yaml", text}}, {}, {{"Europe/Berlin", berlin}}}.load().problems);
    };
    CHECK(problems("26h") == Texts{});
    CHECK(one_says(problems("25h"), "up to 25 h lie between two snapshots"));
    CHECK(one_says(with("timezone: Europe/Berln\n"),
                   "p.yaml:6:11: timezone: there is no time zone Europe/Berln"));
}

TEST_CASE("drills say what they need", "[policy]") {
    const auto drill = [](const std::string& written) {
        return with("drills: { d: " + written + " }\n");
    };
    CHECK(drill("{ scenario: restore-drill, targets: [shop], from: { store: near, pick: "
                "random_within, window: 30d } }") == Texts{});
    CHECK(one_says(drill("{ scenario: restore-smoke }"), "the key \"targets\" is missing"));
    CHECK(one_says(drill("{ scenario: restore-drill, targets: [shop], from: { store: offsite } }"),
                   "drills.d.from.store: \"offsite\" is not in stores"));
    CHECK(one_says(drill("{ scenario: restore-drill, targets: [shop], from: { store: near, pick: "
                         "random_within } }"),
                   "the key \"window\" is missing"));
    CHECK(one_says(drill("{ scenario: restore-smoke, targets: [shop], from: { store: near } }"),
                   "this scenario restores nothing from a store"));
    CHECK(one_says(drill("{ scenario: restore-smoke, targets: [shop], runner: { argv: [] } }"),
                   "drills.d.runner.argv: must not be empty"));
}

TEST_CASE("a scenario of one's own holds together", "[policy]") {
    const auto steps = [](const std::string& written) {
        return with("drills: { d: { services: { api: { start: [app] } }, steps: " + written +
                    " } }\n");
    };
    CHECK(steps("[{ name: a, http: { get: '{api}/x' }, save: { job: /id } }, { name: b, http: { "
                "get: '{api}/{job}' } }]") == Texts{});
    CHECK(one_says(steps("[{ name: a, http: { get: '{apl}/x' } }]"),
                   "nothing gives the word \"apl\" a value; did you mean \"api\"?"));
    CHECK(one_says(steps("[{ name: a, http: { get: '{api}/{job}' } }]"), "the word \"job\""));
    CHECK(one_says(steps("[{ name: a, run: [x] }, { name: a, run: [x] }]"),
                   "two steps are named \"a\""));
    CHECK(one_says(steps("[{ name: a, http: { get: '{api}' }, expect: { status: 20 } }]"),
                   "20 is no HTTP status"));
    CHECK(one_says(steps("[{ name: a, until: { http: { get: '{api}' } } }]"),
                   "the key \"within\" is missing"));
    CHECK(one_says(steps("[{ name: a, wait: 1s, save: { y: /z } }]"),
                   "this step has no answer to save from"));
}

TEST_CASE("a report is no database, and what is printed is one line", "[policy]") {
    CHECK(one_says(with("reports: { handoff: { markdown: ./shop.db } }\n"),
                   "reports.handoff.markdown: is the target \"shop\""));
    CHECK(one_says(with("reports: { handoff: { markdown: a.md, html: a.md } }\n"),
                   "reports.handoff.html: is what reports.handoff.markdown names too"));
    CHECK(one_says(with("owner: \"a\\e[31m\"\n"), "owner: must not hold control characters"));
}

}  // namespace muster
