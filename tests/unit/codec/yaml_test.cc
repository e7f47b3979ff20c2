#include "engine/codec/yaml.h"

#include <catch2/catch.hpp>

#include "engine/codec/json_text.h"
#include "tests/support/texts.h"

using namespace muster;
using namespace muster::codec;

namespace {

using test::repeated;

Node good_yaml(std::string_view text) {
    auto parsed = parse_yaml(text, "f");
    if (const auto* problems = std::get_if<Problems>(&parsed)) FAIL(text_of(problems->front()));
    return std::get<Node>(std::move(parsed));
}

std::string as_json(std::string_view text) {
    return json_text(good_yaml(text), Layout::line);
}

Problems all_problems(std::string_view text) {
    auto parsed = parse_yaml(text, "f");
    REQUIRE(std::holds_alternative<Problems>(parsed));
    return std::get<Problems>(std::move(parsed));
}

Problem bad_yaml(std::string_view text) {
    return all_problems(text).front();
}

}  // namespace

TEST_CASE("YAML becomes a tree that keeps spelling and order") {
    CHECK(as_json("z: 010\na: [1.50, 'x', \"y\\n\"]\nm: {k: true}\n") ==
          R"({"z":010,"a":[1.50,"x","y\n"],"m":{"k":true}})");
    CHECK(as_json("--- # comment\n- |\n  two\n  lines\n- >-\n  fol\n  ded\n") ==
          R"(["two\nlines\n","fol ded"])");
    CHECK(as_json("a: 1\r\nb: '2'\r\n") == R"({"a":1,"b":"2"})");
    CHECK(as_json("\xEF\xBB\xBF"
                  "a: 1\n...\n") == R"({"a":1})");
}

TEST_CASE("every YAML value knows its place") {
    const auto root = good_yaml("# c\näö: x\nlist:\n  - 7\n  - {k: 'v', w: null}\nü: &a [ü, 1]\n");
    CHECK(root.place == TextPlace{2, 1});
    const auto& mapping = std::get<Mapping>(root.value);
    CHECK(mapping[0].place == TextPlace{2, 1});
    CHECK(mapping[0].value.place == TextPlace{2, 5});
    const auto& list = std::get<Sequence>(mapping[1].value.value);
    CHECK(list[0].place == TextPlace{4, 5});
    const auto& inner = std::get<Mapping>(list[1].value);
    CHECK(inner[0].value.place == TextPlace{5, 9});
    CHECK(inner[1].place == TextPlace{5, 14});
    CHECK(inner[1].value.place == TextPlace{5, 17});
    CHECK(std::get<Sequence>(mapping[2].value.value)[1].place == TextPlace{6, 11});
}

TEST_CASE("a value that was left out stands where its key or dash does") {
    const auto root =
        good_yaml("a:\nb:\n  -\n  - ~\n  -   # comment\nnull_like: {c, d: }\nnull: 1\n");
    const auto& mapping = std::get<Mapping>(root.value);
    CHECK(mapping[0].value.place == TextPlace{1, 1});
    CHECK(std::get<Scalar>(mapping[0].value.value).text.empty());
    const auto& list = std::get<Sequence>(mapping[1].value.value);
    CHECK(list[0].place == TextPlace{3, 3});
    CHECK(list[1].place == TextPlace{4, 5});
    CHECK(std::get<Scalar>(list[1].value).text == "~");
    CHECK(list[2].place == TextPlace{5, 3});
    const auto& flow = std::get<Mapping>(mapping[2].value.value);
    CHECK(flow[0].value.place == TextPlace{6, 13});
    CHECK(flow[1].value.place == TextPlace{6, 16});
    CHECK(mapping[3].key == "null");
}

TEST_CASE("aliases are expanded, and stand where they are used") {
    CHECK(as_json("a: &x [1, {b: 2}]\nc: *x\nd: [*x, *x]\n") ==
          R"({"a":[1,{"b":2}],"c":[1,{"b":2}],"d":[[1,{"b":2}],[1,{"b":2}]]})");
    const auto root = good_yaml("a: &x 1\nb: *x\n");
    CHECK(std::get<Mapping>(root.value)[1].value.place == TextPlace{2, 4});
    CHECK(as_json("&k a: *k\n") == R"({"a":"a"})");
}

TEST_CASE("what YAML allows and muster does not") {
    CHECK(text_of(bad_yaml("a: 1\nb: 2\na: 3\n")) ==
          "f:3:1: a: the key \"a\" stands twice: here and in line 1; keep one of them");
    CHECK(bad_yaml("x: {a: 1, 'a': 2}").path == "x.a");
    CHECK(bad_yaml("b: &b {k: 1}\nc:\n  <<: *b\n").message == "merge keys are not allowed");
    for (const auto* tagged : {"a: !!str 5", "a: !mine {}", "a: !!set [x]", "a: ! 5",
                               "!!map {a: 1}", "!k a: 1", "a: &x !t 1"})
        CHECK(bad_yaml(tagged).message == "tags are not allowed");
    CHECK(bad_yaml("a: 1\n---\nb: 2\n").message == "a second document begins here");
    CHECK(bad_yaml("a: 1\n---\n").message == "a second document begins here");
    CHECK(bad_yaml("[1] 2").line == 1);
    CHECK(bad_yaml("? [a]\n: 1\n").message == "a key must be text");
    CHECK(bad_yaml("? {a: 1}\n: 1\n").message == "a key must be text");
    CHECK(bad_yaml("[a, b\n").hint == "is a bracket or a brace left open?");
    CHECK(bad_yaml("a: &x 1\n*x : 2\n").message == "a key must be text, found an alias");
    CHECK(bad_yaml("a: &x [1, *x]\n").message == "the alias stands inside of what it names");
    CHECK(bad_yaml("a: *nowhere\n").line == 1);
}

TEST_CASE("all duplicate keys are told, each with its path") {
    const auto problems = all_problems("a: {x: 1, x: 2}\nb: [{y: 1, y: 2}]\n");
    REQUIRE(problems.size() == 2);
    CHECK(problems[0].path == "a.x");
    CHECK(problems[1].path == "b[0].y");
}

TEST_CASE("documents that hold nothing") {
    for (const auto* text : {"", "\n", "# only a comment\n", "   \n  \n"})
        CHECK(bad_yaml(text).message == "the document is empty");
}

TEST_CASE("YAML that is none is told with its place") {
    const auto tab = bad_yaml("a:\n\tb: 1\n");
    CHECK(tab.line == 2);
    CHECK(tab.hint == "indent with spaces: this line has a tab");
    CHECK(bad_yaml("a: [1, 2\nb: 3\n").message.starts_with("not valid YAML: "));
    CHECK(bad_yaml("- 'open").message.starts_with("not valid YAML: "));
    CHECK(bad_yaml("a: &x # c\n  'open\n").line == 1);
    for (const auto* open : {"a: 'open\n", "a: [b, 'open\n", "a: \"open\\\"\n", "a: 'it''s\nb: 1\n",
                             "'a: 1\n", "a: &x \"open\n"})
        CHECK(bad_yaml(open).message == "a quote is opened here and never closed");
    CHECK(bad_yaml("a: b: c\n").line == 1);
    CHECK(bad_yaml("a: 1\n b: 2\n").line == 2);
    CHECK(bad_yaml("a: @x\n").message.starts_with("not valid YAML: "));
    CHECK(bad_yaml("a: \"\\q\"\n").line == 1);
}

TEST_CASE("bytes that are no text are told with their place") {
    CHECK(text_of(bad_yaml(std::string_view{"a: 1\nb: \0\n", 10}))
              .starts_with("f:2:4: the control character 0x00"));
    CHECK(bad_yaml(std::string_view{"\xFF\xFE"
                                    "a\0:\0",
                                    6})
              .message == "the document is UTF-16");
    CHECK(bad_yaml(std::string_view{"a\0:\0 \0b\0", 8}).hint.find("UTF-16") != std::string::npos);
    CHECK(text_of(bad_yaml("a: ü\nb: gr\xFCn\n")) ==
          "f:2:6: the byte 0xfc is not UTF-8; save the document as UTF-8");
    CHECK(bad_yaml("a: \x04\n").message.find("0x04") != std::string::npos);
}

TEST_CASE("hostile YAML is refused") {
    CHECK(bad_yaml(std::string(50 * 1024 * 1024, 'a')).message.find("more than") !=
          std::string::npos);

    std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 20; ++i) {
        const auto before = "*a" + std::to_string(i - 1);
        bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" +
                repeated(before + ", ", 9) + before + "]\n";
    }
    CHECK(bad_yaml(bomb).message == "the document has more than 100000 values, aliases expanded");
    CHECK(bad_yaml("a: &a [" + repeated("x,", 1000) + "x]\nb: [" + repeated("*a,", 100'000) + "*a]")
              .message == "the document has more than 100000 values, aliases expanded");
    CHECK(bad_yaml(repeated("&a [", 60) + repeated("x,", 90'000) + repeated("]", 60)).message ==
          "the document has more than 100000 values, aliases expanded");

    for (const auto& [open, close] :
         {std::pair{"[", "]"}, {"{a: ", "}"}, {"[a: ", "]"}, {"&a [", "]"}, {"- ", ""}}) {
        INFO(open);
        CHECK(bad_yaml(repeated(open, 100) + "x" + repeated(close, 100)).message ==
              "nested more than 64 levels deep");
        CHECK(bad_yaml(repeated(open, 10'000) + "x" + repeated(close, 10'000)).line == 1);
        CHECK(bad_yaml(repeated(open, 10'000)).line == 1);
    }
    CHECK(bad_yaml(repeated("? ", 10'000)).message == "a key must be text");
    std::string stairs;
    for (std::size_t i = 0; i < 1'000; ++i) stairs += std::string(i, ' ') + "a:\n";
    CHECK(bad_yaml(stairs).message == "nested more than 64 levels deep");

    CHECK(bad_yaml("[" + repeated("1,", 400'000) + "1]").message.find("100000 values") !=
          std::string::npos);
    CHECK(bad_yaml("[" + repeated(",", 900'000) + "]").line == 1);
    CHECK(all_problems("{" + repeated("a: 1,", 100'000) + "a: 1}").size() == 100);
}

TEST_CASE("long YAML of any kind is read or refused, and never hangs") {
    const std::size_t size = 256 * 1024;
    for (const auto* piece :
         {"a",         " ",    "\n",       "#",     "\"",    "'",     "a: ",    "a\n",   "&a ",
          "*a ",       "!a ",  "|\n",      ": ",    "? a\n", "- a\n", "%A b\n", "---\n", "...\n",
          "a,",        "\"\n", "a b ",     "\\",    "\t",    "[]",    "{}",     "}",     "]",
          "- - - a\n", "'' ",  "a: 'b'\n", "[a]: ", "\r",    "! ",    "é"}) {
        INFO(piece);
        const std::string_view view{piece};
        for (const auto* head : {"", "[", "a: "}) {
            std::string text = head;
            while (text.size() + view.size() <= size) text += view;
            INFO(head);
            const auto parsed = parse_yaml(text, "f");
            CHECK((std::holds_alternative<Node>(parsed) || !std::get<Problems>(parsed).empty()));
        }
    }
}
