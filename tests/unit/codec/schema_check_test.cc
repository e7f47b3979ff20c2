#include "engine/codec/schema_check.h"

#include <catch2/catch.hpp>

using namespace muster;
using muster::codec::SchemaCheck;

TEST_CASE("a document is held to its schema") {
    const SchemaCheck check{
        R"({"$id":"x-v1.json","type":"object","required":["n"],"additionalProperties":false,
        "properties":{"n":{"type":"integer","minimum":0},"list":{"type":"array","items":{"$ref":"#/definitions/Item"}}},
        "definitions":{"Item":{"type":"string","pattern":"^[0-9a-f]{64}$"}}})"};
    CHECK(check.accepts(R"({"n":1,"list":[]})"));
    for (const auto* bad : {R"({})", R"({"n":"1"})", R"({"n":-1})", R"({"n":1.5})",
                            R"({"n":1,"m":2})", R"({"n":1,"list":["x"]})"})
        CHECK_FALSE(check.accepts(bad));
}

TEST_CASE("the violated rule is named with its place") {
    const SchemaCheck check{R"({"properties":{"a":{"properties":{"b":{"type":"string"}}}}})"};
    const auto refused = check.accepts(R"({"a":{"b":5}})");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::internal);
    CHECK(refused.error().message.find("[a][b]") != std::string::npos);
    CHECK_FALSE(check.accepts("{no json"));
}

TEST_CASE("a schema that is none is a bug") {
    CHECK_THROWS(SchemaCheck{"{"});
}
