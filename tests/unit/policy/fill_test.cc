#include "engine/policy/fill.h"

#include <catch2/catch.hpp>

#include "tests/support/policies.h"

namespace muster {

using namespace test;
using Texts = std::vector<std::string>;

namespace {

LoadedPolicy with_name(const std::string& name, const std::string& vars = "{}",
                       std::map<std::string, std::string> environment = {}) {
    auto text = small_policy;
    text.replace(text.find("name: shop"), 10, "name: " + name);
    return PolicyWorld{{{"p.yaml", text + "vars: " + vars + "\n"}}, std::move(environment)}.load();
}

std::string name_of(const std::string& name, const std::string& vars = "{}",
                    std::map<std::string, std::string> environment = {}) {
    const auto loaded = with_name(name, vars, std::move(environment));
    for (const auto& problem : loaded.problems) FAIL(text_of(problem));
    return loaded.policy->name;
}

std::string complaint(const std::string& name, const std::string& vars = "{}") {
    const auto loaded = with_name(name, vars);
    REQUIRE(loaded.problems.size() == 1);
    return text_of(loaded.problems.front());
}

}  // namespace

TEST_CASE("a var stands before the environment, and a default behind both", "[policy][ON-05]") {
    CHECK(name_of("\"${root}\"", "{ root: /srv }", {{"root", "/env"}}) == "/srv");
    CHECK(name_of("\"${root}/x/${root}\"", "{}", {{"root", "/env"}}) == "/env/x//env");
    CHECK(name_of("\"${root:-/none}\"") == "/none");
    CHECK(name_of("\"${root:-/none}\"", "{}", {{"root", ""}}) == "/none");
    CHECK(name_of("\"a${root}b\"", "{}", {{"root", ""}}) == "ab");
    CHECK(name_of("\"${A:-${B:-c}}\"") == "c");
    CHECK(name_of("\"${A:-${B:-c}}\"", "{}", {{"B", "b"}}) == "b");
    CHECK(name_of("\"${all}\"", "{ all: '${part}-2', part: '${HOME:-h}' }") == "h-2");
}

TEST_CASE("what is written twice stands for itself", "[policy]") {
    CHECK(name_of("\"$${root} costs $5\"") == "${root} costs $5");
    CHECK(name_of("\"${a}\"", "{ a: '$${b}' }") == "${b}");
}

TEST_CASE("what is filled in may be of any type", "[policy][ON-05]") {
    const auto loaded = PolicyWorld{
        {{"p.yaml", small_policy + "defaults: { protect: { keep: { last: \"${KEEP:-7}\", within: "
                                   "\"${DAYS}d\" }, verify: '${V}' } }\n"}},
        {{"DAYS", "3"},
         {"V", "quick"}}}.load();
    CHECK(texts_of(loaded.problems) == Texts{});
    CHECK(loaded.policy->protect.at("all").keep->last == 7);
    CHECK(loaded.policy->protect.at("all").keep->within == std::chrono::days{3});
    CHECK(loaded.policy->protect.at("all").verify == Depth::quick);
    CHECK(name_of("\"${N}\"", "{}", {{"N", "42"}}) == "42");
    CHECK(loaded.filled.at("protect.all.verify") == "${V}");
}

TEST_CASE("a variable that is not there is a problem at its value", "[policy]") {
    CHECK(complaint("\"${GONE}\"") ==
          "p.yaml:2:7: name: \"GONE\" is no var of the policy, and not set in the environment; set "
          "it, or give a default: ${GONE:-…}");
    CHECK(complaint("\"${rot}\"", "{ root: x }") ==
          "p.yaml:2:7: name: \"rot\" is no var of the policy, and not set in the environment; did "
          "you mean \"root\"?");
    CHECK(complaint("\"${open\"").find("\"${\" has no closing brace") != std::string::npos);
    CHECK(complaint("\"${a b}\"").find("\"a b\" is no name of a variable") != std::string::npos);
    CHECK(complaint("\"${}\"").find("is no name of a variable") != std::string::npos);
}

TEST_CASE("vars that go in circles or grow without end are told", "[policy]") {
    CHECK(complaint("\"${a}\"", "{ a: '${b}', b: '${a}' }").find("stands for itself") !=
          std::string::npos);
    std::string vars = "{ v0: xxxxxxxxxx";
    for (int i = 1; i < 14; ++i)
        vars += ", v" + std::to_string(i) + ": '${v" + std::to_string(i - 1) + "}${v" +
                std::to_string(i - 1) + "}${v" + std::to_string(i - 1) + "}'";
    CHECK(complaint("\"${v13}\"", vars + " }").find("longer than 64 KiB") != std::string::npos);
}

TEST_CASE("a missing variable of a default is told once", "[policy]") {
    const auto loaded = load_text(small_policy + "defaults: { protect: { verify: '${GONE}' } }\n");
    REQUIRE(loaded.problems.size() >= 1);
    CHECK(std::ranges::count_if(loaded.problems, [](const auto& problem) {
              return problem.message.find("GONE\" is no var") != std::string::npos;
          }) == 1);
}

}  // namespace muster
