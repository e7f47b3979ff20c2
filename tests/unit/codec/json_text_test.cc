#include "engine/codec/json_text.h"

#include <catch2/catch.hpp>

using namespace muster::codec;

namespace {
Node tree() {
    return {Mapping{{"b", {Sequence{plain_node("1"), text_node("two"), null_node()}, {}}, {}},
                    {"a", {Mapping{}, {}}, {}},
                    {"c", {Sequence{}, {}}, {}},
                    {"d", {Mapping{{"x", boolean_node(true), {}}}, {}}, {}}},
            {}};
}
}  // namespace

TEST_CASE("the order of the tree is kept on one line") {
    CHECK(json_text(tree(), Layout::line) ==
          R"({"b":[1,"two",null],"a":{},"c":[],"d":{"x":true}})");
}

TEST_CASE("pretty text is indented by two and ends in a newline") {
    CHECK(json_text(tree(), Layout::pretty) == R"({
  "b": [
    1,
    "two",
    null
  ],
  "a": {},
  "c": [],
  "d": {
    "x": true
  }
}
)");
}

TEST_CASE("numbers keep their digits") {
    CHECK(json_text(plain_node("123456789012345678901234567890"), Layout::line) ==
          "123456789012345678901234567890");
    CHECK(json_text(number_node(std::uint64_t{18446744073709551615U}), Layout::line) ==
          "18446744073709551615");
}

TEST_CASE("text is escaped, and mended where it is not UTF-8") {
    CHECK(json_text(text_node("\"\\\n\r\t\x01/ä"), Layout::line) == R"("\"\\\n\r\t\u0001/ä")");
    CHECK(json_text(text_node("gr\xFCn"), Layout::line) == "\"gr\uFFFDn\"");
    CHECK(json_text({Mapping{{"a\"b", plain_node("1"), {}}}, {}}, Layout::line) == R"({"a\"b":1})");
}
