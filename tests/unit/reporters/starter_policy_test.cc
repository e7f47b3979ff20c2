#include "reporters/starter_policy.h"

#include <catch2/catch.hpp>

#include "engine/policy/load.h"

namespace muster {
namespace {

InitReport report(const std::vector<StarterTarget>& targets) {
    InitReport out;
    out.folder = "/srv/app";
    out.policy = "/srv/app/muster.yaml";
    out.targets = targets;
    for (auto& target : out.targets) target.databases = {{"x.db", {4096}, true}};
    return out;
}

LoadedPolicy load(const std::string& text) {
    PolicyInputs inputs;
    inputs.read = [&](const std::string&) -> Result<std::string> { return text; };
    inputs.environment = [](const std::string&) { return std::optional<std::string>{}; };
    return load_policy("muster.yaml", inputs);
}

std::string first_problem(const LoadedPolicy& loaded) {
    return loaded.problems.empty() ? "" : text_of(loaded.problems.front());
}

bool says(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the starter policy is valid, and has what a policy should have", "[reporters][init]") {
    const auto text = starter_policy(report({{"shop", "shop.db", {}}, {"data", "data/*.db", {}}}));
    CHECK(text.starts_with("# yaml-language-server: $schema=policy-v1.json\n"));
    const auto loaded = load(text);
    REQUIRE(first_problem(loaded) == "");
    const auto& policy = *loaded.policy;
    CHECK(policy.name == "app");
    CHECK(policy.targets.at("data").sqlite == "data/*.db");
    CHECK(policy.targets.at("shop").rpo);
    CHECK(policy.stores.at("near").local == "muster-backups");
    CHECK(policy.protect.at("daily").schedule);
    CHECK(policy.protect.at("daily").keep);
    CHECK(policy.protect.at("daily").verify == Depth::full);
    CHECK(policy.drills.at("smoke").scenario == Scenario::restore_smoke);
    CHECK(policy.reports.handoff.markdown);
    CHECK(policy.audit.state == "muster-state");
}

TEST_CASE("what stands behind a # can be used as it is", "[reporters][init]") {
    std::string text = starter_policy(report({{"shop", "shop.db", {}}}));
    for (const std::string_view begin : {"  # offsite:", "  # orders:", "# notify:"}) {
        for (auto at = text.find(begin);
             at != std::string::npos && text[text.find('#', at)] == '#';) {
            const auto hash = text.find('#', at);
            text.erase(hash, 2);
            at = text.find('\n', at) + 1;
            if (text[text.find_first_not_of(' ', at)] != '#') break;
        }
    }
    const auto loaded = load(text);
    REQUIRE(first_problem(loaded) == "");
    CHECK(loaded.policy->stores.contains("offsite"));
    CHECK(loaded.policy->targets.at("orders").checks.size() == 1);
    CHECK(loaded.policy->notify.healthchecks);
}

TEST_CASE("names of files reach the policy whole, whatever they hold", "[reporters][init]") {
    for (const std::string path : {"-dash.db",
                                   "it's \"odd\".db",
                                   "back\\slash",
                                   "bücher.db",
                                   "a: b.db",
                                   "# no comment",
                                   "${HOME}.db",
                                   "$${x}.db",
                                   "$$${x}",
                                   " spaces ",
                                   "line\nbreak\ttab",
                                   "null",
                                   "12",
                                   "1.5",
                                   "yes",
                                   "&a",
                                   "*",
                                   "!x",
                                   "{x}",
                                   "[x]",
                                   "%x",
                                   "@x",
                                   "`x`",
                                   "x\x7f\x1b[31m",
                                   "~",
                                   "é"}) {
        const auto loaded = load(starter_policy(report({{"shop", path, {}}})));
        INFO(path);
        REQUIRE(first_problem(loaded) == "");
        CHECK(loaded.policy->targets.at("shop").sqlite == path);
    }
    for (const std::string name : {"null", "true", "12", "1e3", "no", "0x1", "x.y"}) {
        INFO(name);
        const auto loaded = load(starter_policy(report({{name, "shop.db", {}}})));
        REQUIRE(first_problem(loaded) == "");
        CHECK(loaded.policy->targets.contains(name));
    }
}

TEST_CASE("notes cannot break out of their comment", "[reporters][init]") {
    auto data = report({{"shop", "shop.db", {}}});
    data.folder = "/srv/a\nb: \"c";
    data.notes = {"cannot read x\nstores: {}", "y\x1b[31m z\r\xe2\x80\xa8targets: {}\xc2\x85"};
    const auto text = starter_policy(data);
    CHECK(says(text, "# Note: cannot read x\\x0astores: {}\n"));
    CHECK(says(text, "# Note: y\\x1b[31m z\\x0d?targets: {}?\n"));
    const auto loaded = load(text);
    CHECK(first_problem(loaded) == "");
    CHECK(!says(init_text(data), "\x1b"));
    CHECK(says(init_text(data), "note: cannot read x\\x0astores"));
}

TEST_CASE("the text names what was found, and the next commands", "[reporters][init]") {
    auto data = report({{"shop", "shop.db", {}}, {"t", "t/*.db", {}}});
    data.targets[1].databases.push_back({"y.db", {4096}, true});
    auto text = init_text(data);
    CHECK(says(text, "Found 3 databases in /srv/app\n"));
    CHECK(says(text, "t/*.db, 2 databases, 8.0 KiB\n"));
    CHECK(says(text, "  muster plan /srv/app/muster.yaml\n"));
    data.policy = "/srv/it's/-x.yaml";
    CHECK(says(init_text(data), "  muster validate '/srv/it'\\''s/-x.yaml'\n"));
    data.targets.resize(1);
    CHECK(says(init_text(data), "Found 1 database in"));
}

}  // namespace muster
