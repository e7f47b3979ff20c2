#include <catch2/catch.hpp>

#include "tests/support/policies.h"

namespace muster {

using namespace test;

namespace {

std::string line_with(const std::string& text, const std::string& words) {
    const auto at = text.find(words);
    if (at == std::string::npos) return "";
    const auto begin = text.rfind('\n', at) + 1;
    return text.substr(begin, text.find('\n', at) - begin);
}

}  // namespace

TEST_CASE("a printed policy tells where each value comes from", "[policy]") {
    const PolicyWorld world{{{"p.yaml", "extends: preset:standard\n" + small_policy +
                                            "owner: \"${WHO:-nobody} here\"\ntimezone: UTC\n"}}};
    const auto loaded = world.load();
    REQUIRE(loaded.policy);
    const auto text = print_policy(loaded);
    CHECK(line_with(text, "owner:").ends_with("# p.yaml:7 \"${WHO:-nobody} here\""));
    CHECK(line_with(text, "monthly: 12").ends_with("# preset:standard:8"));
    CHECK(line_with(text, "sqlite: shop.db").ends_with("# p.yaml:5"));
    CHECK(line_with(text, "layout:").ends_with("# default"));
}

TEST_CASE("a printed policy is the same policy", "[policy]") {
    const auto loaded = load_text(small_policy + R"(
owner: "a: b # no comment, ünïcode, $${kept}, 'quotes' \"too\", true"
calendar: { holidays: [12-25, 2026-12-24..2027-01-02] }
strictness: { plan: [] }
drills:
  own:
    schedule: { weekdays: [monday], at: "06:00", window: "05:00-07:00" }
    services: { api: { start: [perl, "5"] } }
    steps: [{ name: a, http: { post: "{api}/x", json: { n: 1, s: "1", l: [true, null] } } }]
)");
    for (const auto& problem : loaded.problems) FAIL(text_of(problem));
    const auto again = load_text(print_policy(loaded));
    for (const auto& problem : again.problems) FAIL(text_with_line(problem));
    CHECK(canonical_text(*again.policy) == canonical_text(*loaded.policy));
    CHECK(again.policy->drills.at("own").steps.at(0).http->json->text ==
          R"({"n":1,"s":"1","l":[true,null]})");
}

}  // namespace muster
