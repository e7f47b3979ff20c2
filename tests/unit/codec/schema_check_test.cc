#include "engine/codec/schema_check.h"

#include <catch2/catch.hpp>

#include <limits>

#include "engine/codec/json.h"

using namespace muster;
using muster::codec::SchemaCheck;

namespace {

codec::Node parsed_tree(std::string_view text) {
    return std::get<codec::Node>(codec::parse_json(text, "x.json"));
}

}  // namespace

TEST_CASE("a document is held to its schema") {
    const SchemaCheck check{
        R"({"$id":"x-v1.json","type":"object","required":["n"],"additionalProperties":false,
        "properties":{"n":{"type":"integer","minimum":0},"list":{"type":"array","items":{"$ref":"#/definitions/Item"}}},
        "definitions":{"Item":{"type":"string","pattern":"^[0-9a-f]{64}$"}}})"};
    CHECK(check.accepts(parsed_tree(R"({"n":1,"list":[]})")));
    for (const auto* bad : {R"({})", R"({"n":"1"})", R"({"n":-1})", R"({"n":1.5})",
                            R"({"n":1,"m":2})", R"({"n":1,"list":["x"]})"})
        CHECK_FALSE(check.accepts(parsed_tree(bad)));
}

TEST_CASE("the violated rule is named with its place") {
    const SchemaCheck check{R"({"properties":{"a":{"properties":{"b":{"type":"string"}}}}})"};
    const auto refused = check.accepts(parsed_tree(R"({"a":{"b":5}})"));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::internal);
    CHECK(refused.error().message.find("<root>[a][b]:") != std::string::npos);

    const auto element = check.accepts(parsed_tree(R"({"a":{"b":5}})"), "[steps][7]");
    REQUIRE_FALSE(element);
    CHECK(element.error().message.find("<root>[steps][7][a][b]:") != std::string::npos);
}

TEST_CASE("each type of JSON is told from the others") {
    using Pair = std::pair<std::string_view, std::string_view>;
    const std::vector<Pair> values{{"null", "null"},          {"boolean", "true"},
                                   {"integer", "7"},          {"integer", "-9223372036854775808"},
                                   {"number", "1.5"},         {"number", "18446744073709551615"},
                                   {"string", "\"true\""},    {"string", "\"7\""},
                                   {"string", "\"\""},        {"array", "[]"},
                                   {"array", "[[1],{}]"},     {"object", "{}"},
                                   {"object", "{\"a\":null}"}};
    for (const auto& [type, text] : values) {
        for (const auto& [wanted, unused] : values) {
            const SchemaCheck check{R"({"type":")" + std::string{wanted} + R"("})"};
            const bool fits = wanted == type || (wanted == "number" && type == "integer");
            INFO(text << " as " << wanted);
            CHECK(check.accepts(parsed_tree(text)).has_value() == fits);
        }
    }
}

TEST_CASE("constants and names are compared as values") {
    const SchemaCheck check{
        R"({"anyOf":[{"const":"1"},{"enum":["a","b"]},{"const":{"x":[1,true]}}]})"};
    for (const auto* good : {R"("1")", R"("b")", R"({"x":[1,true]})"})
        CHECK(check.accepts(parsed_tree(good)));
    for (const auto* bad : {"1", R"("c")", R"({"x":[1]})", R"({"x":[1,false]})", "{}"})
        CHECK_FALSE(check.accepts(parsed_tree(bad)));
}

TEST_CASE("a spelling that is no JSON is of no type") {
    const SchemaCheck check{R"({"type":["string","number","boolean","null"]})"};
    CHECK_FALSE(check.accepts(codec::real_node(std::numeric_limits<double>::infinity())));
    CHECK(check.accepts(codec::real_node(0.5)));
}

TEST_CASE("a schema that is none is a bug") {
    CHECK_THROWS(SchemaCheck{"{"});
}
