#include "engine/codec/json.h"

#include <catch2/catch.hpp>

#include "engine/codec/json_text.h"
#include "tests/support/texts.h"

using namespace muster;
using namespace muster::codec;

namespace {

using test::repeated;

Node good_json(std::string_view text) {
    auto parsed = parse_json(text, "f");
    if (const auto* problems = std::get_if<Problems>(&parsed)) FAIL(text_of(problems->front()));
    return std::get<Node>(std::move(parsed));
}

Problem bad_json(std::string_view text) {
    const auto parsed = parse_json(text, "f");
    REQUIRE(std::holds_alternative<Problems>(parsed));
    return std::get<Problems>(parsed).front();
}

}  // namespace

TEST_CASE("JSON keeps order and digits") {
    const std::string_view text =
        R"({"z":-0.10e+5,"a":[18446744073709551615,-9223372036854775808,true,null],"t":"ä\n😀","e":{}})";
    CHECK(json_text(good_json(text), Layout::line) == text);
    const auto big = good_json("123456789012345678901234567890");
    CHECK(std::get<Scalar>(big.value).text == "123456789012345678901234567890");
}

TEST_CASE("every JSON value knows its place") {
    const auto root = good_json("\n { \"ä\" : 12,\n\"list\": [\"x\\\"]\" ,7,[ ] ,{\"k\":true}]\n}");
    CHECK(root.place == TextPlace{2, 2});
    const auto& mapping = std::get<Mapping>(root.value);
    CHECK(mapping[0].place == TextPlace{2, 4});
    CHECK(mapping[0].value.place == TextPlace{2, 10});
    CHECK(mapping[1].place == TextPlace{3, 1});
    const auto& list = std::get<Sequence>(mapping[1].value.value);
    CHECK(mapping[1].value.place == TextPlace{3, 9});
    CHECK(list[0].place == TextPlace{3, 10});
    CHECK(list[1].place == TextPlace{3, 18});
    CHECK(list[2].place == TextPlace{3, 20});
    CHECK(list[3].place == TextPlace{3, 25});
    CHECK(std::get<Mapping>(list[3].value)[0].value.place == TextPlace{3, 30});
}

TEST_CASE("JSON that is none is told with its place") {
    const auto problem = bad_json("{\n  \"a\": 1,\n  \"b\": oops\n}");
    CHECK(problem.line == 3);
    CHECK(problem.column == 8);
    CHECK(problem.path == "b");
    CHECK(problem.message.starts_with("not valid JSON: "));
    CHECK(bad_json("{\"a\": 1").line == 1);
    CHECK(bad_json("[1] x").column == 5);
    CHECK(bad_json("   \n").message.starts_with("not valid JSON"));
    CHECK(bad_json("[01]").column == 3);
    CHECK(bad_json("NaN").line == 1);
}

TEST_CASE("a duplicate key names both lines") {
    const auto problem = bad_json("{\"a\": 1,\n \"b\": {\"x\": 1,\n \"x\": 2}}");
    CHECK(text_of(problem) ==
          "f:3:2: b.x: the key \"x\" stands twice: here and in line 2; keep one of them");
}

TEST_CASE("hostile JSON is refused") {
    CHECK(bad_json(repeated("[", 1'000'000)).message == "nested more than 64 levels deep");
    CHECK(bad_json(repeated("{\"a\":", 1'000'000)).message == "nested more than 64 levels deep");
    CHECK(bad_json("[" + repeated("1,", 2'000'000) + "1]").message ==
          "the document has more than 1000000 values, aliases expanded");
    CHECK(bad_json(std::string(65 * 1024 * 1024, ' ')).message.find("more than") !=
          std::string::npos);
    CHECK(bad_json("{" + repeated("\"a\":1,", 100'000) + "\"a\":1}").message.find("twice") !=
          std::string::npos);
    CHECK(bad_json("\"gr\xFCn\"").message == "the byte 0xfc is not UTF-8");
    CHECK(bad_json(std::string_view{"[1]\0", 4}).column == 4);
    CHECK(bad_json("").message == "the document is empty");
}

TEST_CASE("a byte order mark before JSON is skipped") {
    CHECK(good_json("\xEF\xBB\xBF{}").place == TextPlace{1, 1});
}
