#include "engine/codec/json_pointer.h"

#include <catch2/catch.hpp>

#include "engine/codec/json.h"

namespace muster::codec {

TEST_CASE("a JSON pointer names one value, or nothing", "[codec][json_pointer]") {
    const auto parsed = parse_json(R"({"a": [10, {"b/c": "x"}], "": 1, "t~": 2})", "test");
    const auto& document = std::get<Node>(parsed);
    const auto at = [&](std::string_view pointer) {
        const auto* node = find_pointer(document, pointer);
        return node == nullptr ? "nothing" : describe(*node);
    };
    CHECK(find_pointer(document, "") == &document);
    CHECK(at("/a/0") == "the number 10");
    CHECK(at("/a/1/b~1c") == "the text \"x\"");
    CHECK(at("/") == "the number 1");
    CHECK(at("/t~0") == "the number 2");
    for (const auto* pointer : {"/b", "/a/2", "/a/00", "/a/-1", "/a/1x", "/a/", "/a/0/x", "a"})
        CHECK(at(pointer) == "nothing");
}

}  // namespace muster::codec
