#include "engine/codec/json_writer.h"

#include <catch2/catch.hpp>

using namespace muster::codec;

namespace {

std::string pieces(Layout layout) {
    std::string out;
    JsonWriter writer{layout, out};
    writer.open('{');
    writer.key("a\"b");
    writer.open('[');
    writer.begin_item();
    writer.write(plain_node("1"));
    writer.begin_item();
    writer.open('[');
    writer.close(']');
    writer.begin_item();
    writer.write(text_node("x"));
    writer.close(']');
    writer.key("c");
    writer.open('{');
    writer.close('}');
    writer.close('}');
    writer.finish();
    return out;
}

}  // namespace

TEST_CASE("pieces become one text") {
    CHECK(pieces(Layout::line) == R"({"a\"b":[1,[],"x"],"c":{}})");
    CHECK(pieces(Layout::pretty) == R"({
  "a\"b": [
    1,
    [],
    "x"
  ],
  "c": {}
}
)");
}

TEST_CASE("what was written may be taken away in between") {
    std::string out;
    JsonWriter writer{Layout::line, out};
    writer.open('[');
    writer.begin_item();
    writer.write(plain_node("1"));
    CHECK(std::exchange(out, {}) == "[1");
    writer.begin_item();
    writer.write(plain_node("2"));
    writer.close(']');
    CHECK(out == ",2]");
}
