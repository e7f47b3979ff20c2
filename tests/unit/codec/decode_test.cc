#include "engine/codec/decode.h"

#include <catch2/catch.hpp>
#include <cstdint>

#include "engine/base/time.h"
#include "engine/codec/yaml.h"
#include "engine/model/expectation.h"

namespace {

enum class Colour { red, green };

struct Circle {
    double radius = 1;
    bool operator==(const Circle&) const = default;
};
struct Square {
    int side = 1;
    bool operator==(const Square&) const = default;
};

struct Everything {
    bool flag = false;
    int small = 0;
    std::uint64_t large = 0;
    double real = 0;
    std::string text;
    muster::Duration duration{};
    muster::Expectation expectation;
    muster::Bytes bytes;
    Colour colour = Colour::red;
    std::optional<int> maybe;
    std::optional<int> nullable;
    std::vector<std::string> list{"preset"};
    std::map<std::string, Circle> map;
    std::variant<Circle, Square> shape;
    bool operator==(const Everything&) const = default;
};

}  // namespace

namespace muster {
template <>
struct Names<Colour> {
    static constexpr std::array list{std::pair{Colour::red, std::string_view{"red"}},
                                     std::pair{Colour::green, std::string_view{"green"}}};
};
template <>
struct Kind<Circle> {
    static constexpr std::string_view name = "circle";
};
template <>
struct Fields<Circle> {
    static constexpr std::string_view doc = "Round.";
    static constexpr auto list = FieldList{required("radius", &Circle::radius, "Half its width.")};
};
template <>
struct Kind<Square> {
    static constexpr std::string_view name = "square";
};
template <>
struct Fields<Square> {
    static constexpr std::string_view doc = "Not round.";
    static constexpr auto list = FieldList{optional("side", &Square::side, "Its width.")};
};
template <>
struct Fields<Everything> {
    static constexpr std::string_view doc = "Every type a field may have.";
    static constexpr auto list =
        FieldList{optional("flag", &Everything::flag, "f"),
                  optional("small", &Everything::small, "s"),
                  optional("large", &Everything::large, "l"),
                  optional("real", &Everything::real, "r"),
                  optional("text", &Everything::text, "t"),
                  optional("duration", &Everything::duration, "d"),
                  optional("expectation", &Everything::expectation, "e"),
                  optional("bytes", &Everything::bytes, "b"),
                  optional("colour", &Everything::colour, "c"),
                  optional("maybe", &Everything::maybe, "m"),
                  required("nullable", &Everything::nullable, "What may be null."),
                  optional("list", &Everything::list, "li"),
                  optional("map", &Everything::map, "ma"),
                  optional("shape", &Everything::shape, "sh")};
};
}  // namespace muster

using namespace muster;
using namespace muster::codec;

namespace {

struct Read {
    Everything value;
    Problems problems;
};

Read decoded(std::string_view yaml, Author author = Author::person) {
    const auto parsed = parse_yaml(yaml, "f");
    REQUIRE(std::holds_alternative<Node>(parsed));
    const auto& node = std::get<Node>(parsed);
    Decoder decoder{{"f"}, author};
    Read result;
    decode(node, {"", node.place}, decoder, result.value);
    result.problems = decoder.take_problems();
    return result;
}

/// The one problem of `yaml`, which lacks only `nullable`.
std::string problem(std::string yaml, Author author = Author::person) {
    const auto problems = decoded("nullable: 1\n" + yaml, author).problems;
    REQUIRE(problems.size() == 1);
    return text_of(problems.front());
}

Everything value(std::string yaml) {
    const auto result = decoded("nullable: 1\n" + yaml);
    for (const auto& each : result.problems) FAIL(text_of(each));
    return result.value;
}

}  // namespace

TEST_CASE("every supported type is read") {
    const auto read = value(R"(
flag: true
small: -7
large: 18446744073709551615
real: 3
text: plain words
duration: 1h30m
expectation: ">= 5"
bytes: 16MiB
colour: green
maybe: 0x10
list: [a, "5"]
map: {one: {radius: 1.5}, two: {radius: 2}}
shape: {kind: square, side: 4}
)");
    CHECK(read.flag);
    CHECK(read.small == -7);
    CHECK(read.large == 18446744073709551615U);
    CHECK(read.real == 3.0);
    CHECK(read.text == "plain words");
    CHECK(read.duration == std::chrono::minutes{90});
    CHECK(read.expectation == Expectation{Expectation::Relation::at_least, "5"});
    CHECK(read.bytes == Bytes{16U << 20U});
    CHECK(read.colour == Colour::green);
    CHECK(read.maybe == 16);
    CHECK(read.list == std::vector<std::string>{"a", "5"});
    CHECK(read.map.at("two") == Circle{2});
    CHECK(read.shape == std::variant<Circle, Square>{Square{4}});
}

TEST_CASE("what is left out keeps its preset; what must be there may be null") {
    const auto read = value("");
    CHECK(read.list == std::vector<std::string>{"preset"});
    CHECK_FALSE(read.maybe);
    CHECK(read.nullable == 1);
    CHECK_FALSE(decoded("nullable: null").value.nullable);
    CHECK(decoded("nullable: ~").problems.empty());
    CHECK(text_of(decoded("flag: true").problems.at(0)) ==
          "f:1:1: nullable: the key \"nullable\" is missing; nullable: What may be null.");
    CHECK(problem("maybe: null") ==
          "f:2:8: maybe: expected a whole number, found null; give a value or remove the key");
    CHECK(problem("maybe:") ==
          "f:2:1: maybe: expected a whole number, found nothing; give a value or remove the key");
}

TEST_CASE("plain and quoted scalars are told apart") {
    CHECK(value("text: \"5\"").text == "5");
    CHECK(value("text: 4h").text == "4h");
    CHECK(value("text: no").text == "no");
    CHECK(value("expectation: 1").expectation.value == "1");
    CHECK(value("expectation: 1.50").expectation.value == "1.50");
    CHECK(value("expectation: true").expectation.value == "true");
    CHECK(value("duration: '4h'").duration == std::chrono::hours{4});
    CHECK(value("bytes: 4096").bytes == Bytes{4096});
    CHECK(problem("text: 5") ==
          "f:2:7: text: expected text, found the number 5; write \"5\" in quotes");
    CHECK(problem("text: true") ==
          "f:2:7: text: expected text, found true; write \"true\" in quotes");
    CHECK(problem("small: '5'") == "f:2:8: small: expected a whole number, found the text \"5\"");
    CHECK(problem("flag: 'true'") ==
          "f:2:7: flag: expected true or false, found the text \"true\"");
    CHECK(problem("flag: yes") == "f:2:7: flag: expected true or false, found the text \"yes\"");
    CHECK(problem("expectation: null").find("found null") != std::string::npos);
}

TEST_CASE("wrong values are described with what was expected") {
    CHECK(problem("duration: 5") ==
          "f:2:11: duration: expected a duration such as 4h, 30m or 200ms, found the number 5");
    CHECK(
        problem("bytes: 16MB") ==
        "f:2:8: bytes: expected a number of bytes such as 4096, 16MiB or 1.5GiB, found the text \"16MB\"");
    CHECK(problem("bytes: 16MiB", Author::program) ==
          "f:2:8: bytes: expected a number of bytes, found the text \"16MiB\"");
    CHECK(problem("bytes: -1").starts_with("f:2:8: bytes: expected"));
    CHECK(
        problem("colour: gren") ==
        "f:2:9: colour: expected one of red, green, found the text \"gren\"; did you mean \"green\"?");
    CHECK(problem("colour: [red]") == "f:2:9: colour: expected one of red, green, found a list");
    CHECK(
        problem("small: 3000000000") ==
        "f:2:8: small: the number 3000000000 is out of range: the least is -2147483648, the greatest 2147483647");
    CHECK(problem("large: -1").find("the least is 0") != std::string::npos);
    CHECK(problem("small: 1.0") == "f:2:8: small: expected a whole number, found the number 1.0");
    CHECK(problem("real: .nan") == "f:2:7: real: expected a number, found the number .nan");
    CHECK(problem("list: a") == "f:2:7: list: expected a list, found the text \"a\"; write [a]");
    CHECK(problem("list: [a, {}]") == "f:2:11: list[1]: expected text, found a mapping");
    CHECK(problem("map: [a]") == "f:2:6: map: expected a mapping of names, found a list");
    CHECK(problem("map: {one: 5}") ==
          "f:2:12: map.one: expected a mapping, found the number 5; keys: radius");
    CHECK(problem("map: {one: {}}") ==
          "f:2:7: map.one.radius: the key \"radius\" is missing; radius: Half its width.");
}

TEST_CASE("text with a form of its own is one short line") {
    CHECK(value("expectation: " + std::string(1'000, 'x')).expectation.value.size() == 1'000);
    CHECK(problem("expectation: " + std::string(1'001, 'x'))
              .ends_with("; one line of at most 1000 bytes"));
    CHECK(problem("expectation: \"a\\nb\"").ends_with("; one line of at most 1000 bytes"));
}

TEST_CASE("unknown keys get a suggestion") {
    CHECK(problem("durtion: 4h") ==
          "f:2:1: durtion: unknown key \"durtion\"; did you mean \"duration\"?");
    CHECK(problem("map: {one: {radius: 1, zzz: 2}}") ==
          "f:2:24: map.one.zzz: unknown key \"zzz\"; allowed: radius");
}

TEST_CASE("a variant's alternative is named by kind") {
    CHECK(value("shape: {kind: square}").shape == std::variant<Circle, Square>{Square{1}});
    CHECK(problem("shape: {side: 1}") ==
          "f:2:1: shape.kind: the key \"kind\" is missing; kind: circle, square");
    CHECK(
        problem("shape: {kind: sqare}") ==
        "f:2:15: shape.kind: expected one of circle, square, found the text \"sqare\"; did you mean \"square\"?");
    CHECK(problem("shape: {kind: square, radius: 1}") ==
          "f:2:23: shape.radius: unknown key \"radius\"; allowed: kind, side");
    CHECK(
        problem("shape: circle") ==
        "f:2:8: shape: expected a mapping, found the text \"circle\"; its first key is \"kind\": circle, square");
}

TEST_CASE("all problems are told, in the order of the text") {
    const auto problems = decoded("shape: {kind: x}\nflag: 1\nlist: [1, 2]\nbogus: 1\n").problems;
    std::vector<std::string> paths;
    for (const auto& each : problems) paths.push_back(each.path);
    CHECK(paths == std::vector<std::string>{"nullable", "shape.kind", "flag", "list[0]", "list[1]",
                                            "bogus"});
}

TEST_CASE("problems are bounded") {
    std::string yaml = "list: [";
    for (int i = 0; i < 5'000; ++i) yaml += "1, ";
    CHECK(decoded(yaml + "1]").problems.size() == 100);
}

TEST_CASE("places are remembered for people's documents") {
    const auto parsed = parse_yaml("nullable: 1\nlist:\n  - a\nmap: {one: {radius: 2}}\n", "f");
    const auto& node = std::get<Node>(parsed);
    Everything out;
    Decoder decoder{{"f"}, Author::person};
    decode(node, {"", node.place}, decoder, out);
    const auto places = decoder.take_places();
    CHECK(places.at("") == TextPlace{1, 1});
    CHECK(places.at("nullable") == TextPlace{1, 11});
    CHECK(places.at("list") == TextPlace{2, 1});
    CHECK(places.at("list[0]") == TextPlace{3, 5});
    CHECK(places.at("map.one") == TextPlace{4, 7});
    CHECK(places.at("map.one.radius") == TextPlace{4, 21});

    Decoder program{{"f"}, Author::program};
    decode(node, {"", node.place}, program, out);
    CHECK(program.take_places().empty());
}
