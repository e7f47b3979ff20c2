#include "engine/codec/schema.h"

#include <catch2/catch.hpp>

#include "engine/base/digest.h"
#include "engine/base/time.h"
#include "engine/codec/json_text.h"
#include "engine/model/expectation.h"

namespace {

enum class Side { left, right };

struct Knot {
    std::vector<Knot> children;  // holds itself
};
struct Plain {
    int count = 7;
};
struct Rules {
    muster::Duration wait = std::chrono::hours{4};
    muster::Expectation expect;
    muster::Bytes size;
    Side side = Side::right;
    std::optional<std::int64_t> nullable;
    std::optional<double> maybe;
    std::vector<unsigned> numbers{1, 2};
    std::map<std::string, Plain> names;
    std::variant<Plain, Knot> choice;
    bool flag = false;
    std::string text;
};

}  // namespace

namespace muster {
template <>
struct Names<Side> {
    static constexpr std::array list{std::pair{Side::left, std::string_view{"left"}},
                                     std::pair{Side::right, std::string_view{"right"}}};
};
template <>
struct Kind<Plain> {
    static constexpr std::string_view name = "plain";
};
template <>
struct Kind<Knot> {
    static constexpr std::string_view name = "knot";
};
template <>
struct Fields<Knot> {
    static constexpr std::string_view doc = "Knot.";
    static constexpr auto list = FieldList{optional("children", &Knot::children, "c")};
};
template <>
struct Fields<Plain> {
    static constexpr std::string_view doc = "Plain.";
    static constexpr auto list = FieldList{optional("count", &Plain::count, "How many.")};
};
template <>
struct Fields<Rules> {
    static constexpr std::string_view doc = "Rules.";
    static constexpr auto list = FieldList{
        optional("wait", &Rules::wait, "w"),         required("expect", &Rules::expect, "e"),
        required("size", &Rules::size, "s"),         optional("side", &Rules::side, "sd"),
        required("nullable", &Rules::nullable, "n"), optional("maybe", &Rules::maybe, "m"),
        optional("numbers", &Rules::numbers, "nu"),  required("names", &Rules::names, "na"),
        required("choice", &Rules::choice, "c"),     optional("flag", &Rules::flag, "f"),
        optional("text", &Rules::text, "t")};
};
}  // namespace muster

using namespace muster::codec;

namespace {

/// The schema of one property of Rules.
std::string property(std::string_view name, bool by_people = false) {
    SchemaBuilder builder{by_people};
    const auto schema = builder.object<Rules>();
    return json_text(*find(std::get<Mapping>(find(schema, "properties")->value), name),
                     Layout::line);
}

}  // namespace

TEST_CASE("each type has its schema, each optional field its default") {
    CHECK(
        property("wait") ==
        R"({"description":"w","type":"string","pattern":"^([0-9]+(ms|s|m|h|d|w))+$","default":"4h"})");
    CHECK(property("side") == R"({"description":"sd","enum":["left","right"],"default":"right"})");
    CHECK(property("nullable") ==
          R"({"description":"n","anyOf":[{"type":"integer"},{"type":"null"}]})");
    CHECK(property("maybe") == R"({"description":"m","type":"number"})");
    CHECK(
        property("numbers") ==
        R"({"description":"nu","type":"array","items":{"type":"integer","minimum":0},"default":[1,2]})");
    CHECK(property("flag") == R"({"description":"f","type":"boolean","default":false})");
    CHECK(property("text") == R"({"description":"t","type":"string"})");
    CHECK(
        property("names") ==
        R"({"description":"na","type":"object","additionalProperties":{"$ref":"#/definitions/Plain"}})");
    CHECK(
        property("choice") ==
        R"({"description":"c","oneOf":[{"$ref":"#/definitions/Plain.kind"},{"$ref":"#/definitions/Knot.kind"}]})");
}

TEST_CASE("people may write bytes with a unit, programs may not; plain numbers are expectations") {
    CHECK(property("size") == R"({"description":"s","type":"integer","minimum":0})");
    CHECK(property("size", true) ==
          R"({"description":"s","anyOf":[{"type":"integer","minimum":0},)"
          R"({"type":"string","pattern":"^[0-9]+(\\.[0-9]+)?(B|KiB|MiB|GiB|TiB)?$"},)"
          R"({"type":"string","pattern":"\\$\\{"}]})");
    CHECK(property("expect").find(R"({"type":"number"},{"type":"boolean"}]})") !=
          std::string::npos);
}

TEST_CASE("described structs stand once among the definitions, with and without a kind") {
    SchemaBuilder builder{false};
    const auto root = builder.object<Rules>("schema", "muster/rules/v1");
    CHECK(json_text(*find(root, "required"), Layout::line) ==
          R"(["schema","expect","size","nullable","names","choice"])");
    CHECK(json_text(std::get<Mapping>(find(root, "properties")->value).front().value,
                    Layout::line) == R"({"const":"muster/rules/v1"})");

    const auto definitions = builder.take_definitions();
    std::vector<std::string> names;
    for (const auto& definition : definitions) names.push_back(definition.key);
    CHECK(names == std::vector<std::string>{"Plain", "Plain.kind", "Knot.kind", "Knot"});
    CHECK(
        json_text(*find(definitions, "Plain.kind"), Layout::line) ==
        R"({"type":"object","description":"Plain.","properties":{"kind":{"const":"plain"},)"
        R"("count":{"description":"How many.","type":"integer","default":7}},"required":["kind"],"additionalProperties":false})");
    CHECK(json_text(*find(definitions, "Knot"), Layout::line)
              .find(R"({"$ref":"#/definitions/Knot"})") != std::string::npos);
}
