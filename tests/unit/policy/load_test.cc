#include "engine/policy/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "engine/codec/documents.h"
#include "engine/codec/json_text.h"
#include "engine/codec/yaml.h"
#include "tests/support/policies.h"

using namespace muster;
using codec::Mapping;
using codec::Node;
using codec::Scalar;
using codec::Sequence;

namespace {

/// Every key of the language, none at its default.
constexpr std::string_view full_policy = R"(muster: 1
name: finance-dr
owner: dba@example.org
strictness: { plan: [blocked, failed] }
stores:
  near: { local: /srv/backups, layout: "{yyyy}/{target}-{timestamp}" }
  far: { local: /mnt/far }
targets:
  finance:
    sqlite: /srv/finance.db
    volume_id: vol_finance_01
    schema_version: { sql: SELECT max(version) FROM migrations, supported: 42 }
    revision: { sql: SELECT revision FROM volume }
    rpo: 5h
    rto: 15m
    checks:
      - { name: enough-tasks, sql: SELECT count(*) FROM tasks, expect: ">= 10000", severity: warning }
      - { name: known-file, sql: SELECT 1, expect: 1 }
  tenants: { sqlite: "/srv/tenants/*.db" }
protect:
  all:
    targets: [finance, tenants]
    stores: [near, far]
    snapshot: { method: online, max_writer_pause: 200ms }
    verify: quick
    proof_expires: 3d
    keep: { last: 3, daily: 30 }
drills:
  smoke: { scenario: restore-smoke, targets: [finance] }
reports: { handoff: { markdown: handoff.md } }
audit: { state: /var/lib/muster }
)";

std::string with(std::string_view from, std::string_view to) {
    std::string text{full_policy};
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

std::vector<std::string> texts_of(const std::string& text) {
    const auto loaded = test::load_text(text);
    CHECK(loaded.policy.has_value() == loaded.problems.empty());
    return test::texts_of(loaded.problems);
}

/// The problems of the full policy with one piece replaced.
std::vector<std::string> after(std::string_view from, std::string_view to) {
    return texts_of(with(from, to));
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a full policy loads") {
    const auto loaded = test::load_text(std::string{full_policy});
    for (const auto& problem : loaded.problems) FAIL(text_of(problem));
    const auto& policy = loaded.policy.value();
    CHECK(policy.stores.at("far").layout == "{target}/{target}-{timestamp}");
    CHECK(policy.targets.at("finance").checks.at(1).expect->value == "1");
    CHECK(policy.protect.at("all").proof_expires == std::chrono::days{3});
    CHECK(policy.protect.at("all").keep->daily == 30);
    CHECK(loaded.places.at("targets.finance.checks[0].expect") == TextPlace{17, 72});
    CHECK(from_json<Policy>(canonical_text(policy), "c").value == policy);
}

TEST_CASE("the version of the language must be known") {
    CHECK(
        after("muster: 1", "muster: 2") ==
        Texts{
            "p.yaml:1:9: muster: this build does not know version 2 of the policy language; write 1, or use a build that knows it"});
}

TEST_CASE("names are good for files") {
    for (const auto* name : {"\"\"", "-a", "a/b", "a b", ".a", "ä", "../x"}) {
        const auto texts = after("  smoke:", fmt::format("  {}:", name));
        REQUIRE(texts.size() == 1);
        CHECK(texts[0].find("is not a good name; up to 100 letters, digits and . _ -") !=
              std::string::npos);
    }
    CHECK(after("  smoke:", "  " + std::string(101, 'a') + ":").size() == 1);
    CHECK(after("  smoke:", "  0a.B_c-" + std::string(90, 'a') + ":").empty());
    CHECK(after("near: {", "n/ear: {")
              .at(0)
              .starts_with("p.yaml:6:3: stores.n/ear: \"n/ear\" is not a good name"));
    CHECK(after("  tenants:", "  ten/ants:")
              .at(0)
              .starts_with("p.yaml:19:3: targets.ten/ants: \"ten/ants\" is not"));
    CHECK(after("  all:", "  a l l:").at(0).starts_with("p.yaml:21:3: protect.\"a l l\": "));
    CHECK(after("name: finance-dr", "name: ' '") ==
          Texts{"p.yaml:2:7: name: must not be empty; give a value"});
}

TEST_CASE("what is named must exist") {
    CHECK(
        after("targets: [finance, tenants]", "targets: [finanze, tenants, finance]") ==
        Texts{
            "p.yaml:22:15: protect.all.targets[0]: \"finanze\" is not in targets; did you mean \"finance\"?"});
    CHECK(
        after("stores: [near, far]", "stores: [near, offsite]") ==
        Texts{
            "p.yaml:23:20: protect.all.stores[1]: \"offsite\" is not in stores; allowed: far, near"});
    CHECK(
        after("restore-smoke, targets: [finance]", "restore-smoke, targets: [x]") ==
        Texts{
            "p.yaml:29:47: drills.smoke.targets[0]: \"x\" is not in targets; allowed: finance, tenants"});
}

TEST_CASE("every target is protected") {
    CHECK(
        after("[finance, tenants]", "[finance]") ==
        Texts{
            "p.yaml:19:3: targets.tenants: is protected by nothing; name it in the targets of a protect"});
}

TEST_CASE("nothing needed is empty") {
    CHECK(texts_of("muster: 1\nname: x\nstores: {}\ntargets: {}\nprotect: {}\n") ==
          Texts{"p.yaml:3:1: stores: must not be empty", "p.yaml:4:1: targets: must not be empty",
                "p.yaml:5:1: protect: must not be empty"});
    CHECK(after("stores: [near, far]", "stores: []") ==
          Texts{"p.yaml:23:5: protect.all.stores: must not be empty; name at least one of stores"});
    CHECK(after("restore-smoke, targets: [finance]", "restore-smoke, targets: []").size() == 1);
    for (const auto* piece : {"/srv/backups", "/srv/finance.db", "vol_finance_01",
                              "SELECT max(version) FROM migrations", "SELECT revision FROM volume",
                              "SELECT 1", "known-file", "handoff.md", "/var/lib/muster"}) {
        INFO(piece);
        const auto texts = after(piece, "''");
        REQUIRE(texts.size() == 1);
        CHECK(texts[0].ends_with("must not be empty; give a value"));
    }
    CHECK(after("plan: [blocked, failed]", "plan: []").empty());
    CHECK(after("plan: [blocked, failed]", "plan: [blocked, blocked]").empty());
}

TEST_CASE("a layout names every snapshot differently") {
    CHECK(
        after("{yyyy}/{target}-{timestamp}", "{yyyy}/{target}") ==
        Texts{
            "p.yaml:6:40: stores.near.layout: without {timestamp} snapshots would collide; for example "
            "{target}/{target}-{timestamp}; or overwrite: same_day, where the last one of a day may replace the others"});
    CHECK(after("{yyyy}/{target}", "../{target}").size() == 1);
}

TEST_CASE("two stores are two places") {
    for (const auto* same : {"/srv/backups", "/srv/backups/", "/srv/./x/../backups"})
        CHECK(
            after("/mnt/far", same) ==
            Texts{
                "p.yaml:6:18: stores.near.local: the store \"far\" is the same place; two copies in one place are one copy"});
}

TEST_CASE("times and counts are more than nothing") {
    CHECK(after("rpo: 5h", "rpo: 0s") ==
          Texts{"p.yaml:14:10: targets.finance.rpo: must be longer than 0"});
    CHECK(after("rto: 15m", "rto: 0ms").size() == 1);
    CHECK(after("proof_expires: 3d", "proof_expires: 0d").size() == 1);
    CHECK(after("200ms", "0ms").size() == 1);
    CHECK(after("last: 3", "last: 0") ==
          Texts{"p.yaml:27:19: protect.all.keep.last: must be at least 1; leave the key out "
                "to do without this rule"});
    CHECK(after("daily: 30", "daily: -1").size() == 1);
    CHECK(
        after("keep: { last: 3, daily: 30 }", "keep: {}") ==
        Texts{
            "p.yaml:27:5: protect.all.keep: has no rule; give a rule such as last or daily, or a cap; without keep everything stays"});
}

TEST_CASE("checks and volumes can be told apart") {
    CHECK(
        after("known-file", "enough-tasks") ==
        Texts{
            "p.yaml:18:17: targets.finance.checks[1].name: two checks are named \"enough-tasks\"; reports could not tell them apart"});
    CHECK(
        after("vol_finance_01", "tenants") ==
        Texts{
            "p.yaml:19:3: targets.tenants: the target \"finance\" has the same identity; a restore finds its place by it: "
            "give each target a volume_id of its own"});
    CHECK(
        after("/srv/finance.db", "/srv/f*.db") ==
        Texts{
            "p.yaml:11:16: targets.finance.volume_id: one volume_id cannot name every match of a glob; remove it: each match "
            "has the identity target/match"});
}

TEST_CASE("one target in one store has one protection") {
    CHECK(
        after("drills:\n", "  more: { targets: [finance], stores: [far] }\ndrills:\n") ==
        Texts{
            "p.yaml:28:11: protect.more.targets: \"finance\" goes to the store \"far\" twice: protect.all says so "
            "already; one target in one store has one protection"});
    CHECK(
        after(
            "[near, far]",
            "[near]\n  more: { targets: [finance], stores: [far] }\n  rest:\n    targets: [tenants]\n    stores: [far]")
            .empty());
}

TEST_CASE("problems of shape and of sense are told together") {
    auto text = with("rpo: 5h", "rpo: 5");
    text = text.replace(text.find("last: 3"), 7, "last: 0");
    text = text.replace(text.find("owner:"), 6, "ovner:");
    text = text.replace(text.find("[finance, tenants]"), 18, "[finance]");
    CHECK(texts_of(text).size() == 4);
}

TEST_CASE("a broken part is not judged again") {
    CHECK(after("targets: [finance, tenants]", "targets: finance").size() == 1);
    CHECK(after("stores:\n  near", "stores: 5\nstoresx:\n  near").size() == 2);
    CHECK(after("sqlite: /srv/finance.db", "sqlite: 5").size() == 1);
    CHECK(after("last: 3", "last: x").size() == 1);
    CHECK(texts_of("muster: 1\n").size() == 4);
    CHECK(texts_of("[]").size() == 1);
    CHECK(texts_of("a: [").size() == 1);
    CHECK(texts_of("").size() == 1);
}

TEST_CASE("one meaning has one canonical text") {
    const auto canonical = [](const std::string& text) {
        return canonical_text(test::load_text(text).policy.value());
    };
    const auto text = canonical(std::string{full_policy});
    CHECK(text.find('\n') == std::string::npos);
    CHECK(canonical(with("5h", "300m")) == text);
    CHECK(canonical(with("/mnt/far }", "/mnt/far, layout: '{target}/{target}-{timestamp}' }")) ==
          text);
    CHECK(canonical(with("name: finance-dr\nowner: dba@example.org",
                         "owner: 'dba@example.org'\n# c\nname: \"finance-dr\"")) == text);
    CHECK(canonical(with("5h", "4h")) != text);
}

// -- every key of the full policy, replaced by a value of every wrong kind
// --------------------------
namespace {

const std::vector<std::pair<std::string_view, Node>> wrong_values{
    {"number", codec::plain_node("987654321")},
    {"text", codec::text_node("wrong-text")},
    {"boolean", codec::plain_node("true")},
    {"null", codec::null_node()},
    {"list", {Sequence{codec::text_node("in-list")}, {}}},
    {"mapping", {Mapping{{"in-mapping", codec::plain_node("1"), {}}}, {}}},
};
/// How each value begins in the text.
std::string_view beginning_of(std::string_view kind) {
    if (kind == "number") return "987654321";
    if (kind == "text") return "\"wrong-text\"";
    if (kind == "boolean") return "true";
    if (kind == "null") return "null";
    return kind == "list" ? "[\"in-list\"" : "{\"in-mapping\"";
}

bool is_any_of(std::string_view key, std::initializer_list<std::string_view> keys) {
    return std::ranges::find(keys, key) != keys.end();
}

/// The value is right there after all.
bool fits(std::string_view key, std::string_view kind) {
    if (is_any_of(key, {"expect"})) return is_any_of(kind, {"number", "text", "boolean"});
    if (kind == "number") return is_any_of(key, {"muster", "supported", "last", "daily"});
    if (kind == "text")
        return is_any_of(key, {"name", "owner", "local", "layout", "sqlite", "volume_id", "sql",
                               "markdown", "state", "targets[]", "stores[]"});
    return false;
}

struct Tried {
    int refused = 0;
    int accepted = 0;
};

void try_every_wrong_kind(const Node& root, Node& node, const std::string& path,
                          const std::string& key, Tried& tried) {
    for (const auto& [kind, wrong] : wrong_values) {
        const auto original = std::exchange(node.value, wrong.value);
        const auto text = codec::json_text(root, codec::Layout::line);
        const auto at = text.find(beginning_of(kind));
        REQUIRE(at != std::string::npos);
        const auto loaded = from_yaml<Policy>(text, "p.yaml");
        INFO(path << " as " << kind);
        const auto hits = std::ranges::count_if(loaded.problems, [&](const Problem& problem) {
            return problem.path == path && problem.line == 1 &&
                   problem.column == static_cast<int>(at) + 1 &&
                   problem.message.starts_with("expected ");
        });
        const bool same_shape = (kind == "mapping" && std::holds_alternative<Mapping>(original)) ||
                                (kind == "list" && std::holds_alternative<Sequence>(original)) ||
                                (kind == "mapping" && key == "targets");
        if (same_shape) {
            // Its content is wrong instead: an unknown key, or an item.
            CHECK_FALSE((loaded.problems.empty() && !is_any_of(key, {"targets", "stores"})));
        } else if (fits(key, kind)) {
            ++tried.accepted;
            CHECK(loaded.problems.empty());
        } else {
            ++tried.refused;
            CHECK(hits == 1);
            CHECK(loaded.problems.size() == 1);
        }
        node.value = original;
    }
}

void visit(const Node& root, Node& node, const std::string& path, const std::string& key,
           Tried& tried) {
    try_every_wrong_kind(root, node, path, key, tried);
    if (auto* mapping = std::get_if<Mapping>(&node.value))
        for (auto& member : *mapping)
            visit(root, member.value, path.empty() ? member.key : path + "." + member.key,
                  member.key, tried);
    if (auto* sequence = std::get_if<Sequence>(&node.value))
        for (std::size_t i = 0; i < sequence->size(); ++i)
            visit(root, (*sequence)[i], fmt::format("{}[{}]", path, i), key + "[]", tried);
}

}  // namespace

TEST_CASE("a value of the wrong kind is told at its place, at every key") {
    auto root = std::get<Node>(codec::parse_yaml(full_policy, "p.yaml"));
    Tried tried;
    visit(root, root, "", "", tried);
    // 60 values, 6 kinds each; whoever adds a key sees these grow.
    CHECK(tried.refused > 250);
    CHECK(tried.accepted > 25);
}
