#include "engine/codec/node.h"

#include <catch2/catch.hpp>
#include <cstdint>
#include <limits>

using namespace muster::codec;

namespace {
Scalar plain(std::string text) {
    return {std::move(text), false};
}
}  // namespace

TEST_CASE("plain scalars mean what YAML 1.2's core schema says") {
    for (const auto* text : {"", "~", "null", "Null", "NULL"})
        CHECK(meaning_of(plain(text)) == Meaning::null);
    for (const auto* text : {"true", "False", "TRUE"})
        CHECK(meaning_of(plain(text)) == Meaning::boolean);
    for (const auto* text : {"0", "-19", "+7", "0x3A", "0o7", "007"})
        CHECK(meaning_of(plain(text)) == Meaning::integer);
    for (const auto* text :
         {"0.", "-0.0", ".5", "+12e03", "-2E+05", "1e9", ".inf", "-.Inf", ".NaN"})
        CHECK(meaning_of(plain(text)) == Meaning::real);
    // What YAML 1.1 took for booleans, numbers and times is text.
    for (const auto* text : {"yes", "no", "on", "off", "1_000", "12:30", "0b1", "0x", "-0x1", ".",
                             "e5", "1e", "-", "+", "1.2.3", "4h", "nan", "inf"})
        CHECK(meaning_of(plain(text)) == Meaning::text);
}

TEST_CASE("quoted scalars are always text") {
    for (const auto* text : {"", "null", "true", "5", "1.5"})
        CHECK(meaning_of({text, true}) == Meaning::text);
    CHECK_FALSE(to_boolean({"true", true}));
    CHECK_FALSE(to_integer<int>({"5", true}));
    CHECK_FALSE(to_real({"5", true}));
}

TEST_CASE("integers keep every digit or are refused") {
    CHECK(to_integer<std::int64_t>(plain("-9223372036854775808")) ==
          std::numeric_limits<std::int64_t>::min());
    CHECK(to_integer<std::uint64_t>(plain("18446744073709551615")) ==
          std::numeric_limits<std::uint64_t>::max());
    CHECK_FALSE(to_integer<std::uint64_t>(plain("18446744073709551616")));
    CHECK_FALSE(to_integer<std::int64_t>(plain("9223372036854775808")));
    CHECK_FALSE(to_integer<std::uint64_t>(plain("-1")));
    CHECK(to_integer<int>(plain("+7")) == 7);
    CHECK(to_integer<int>(plain("0x1F")) == 31);
    CHECK(to_integer<int>(plain("0o17")) == 15);
    CHECK_FALSE(to_integer<int>(plain("1.0")));
}

TEST_CASE("reals are finite numbers") {
    CHECK(to_real(plain("1.5")) == 1.5);
    CHECK(to_real(plain("+1e3")) == 1000.0);
    CHECK(to_real(plain("7")) == 7.0);
    CHECK(to_real(plain("0x10")) == 16.0);
    CHECK_FALSE(to_real(plain(".inf")));
    CHECK_FALSE(to_real(plain(".nan")));
    CHECK_FALSE(to_real(plain("1e999")));
    CHECK(std::get<Scalar>(real_node(0.1).value).text == "0.1");
}

TEST_CASE("a node is described in words") {
    CHECK(describe(plain_node("5")) == "the number 5");
    CHECK(describe(plain_node("true")) == "true");
    CHECK(describe(plain_node("")) == "nothing");
    CHECK(describe(plain_node("~")) == "null");
    CHECK(describe(text_node("5")) == "the text \"5\"");
    CHECK(describe({Sequence{}, {}}) == "a list");
    CHECK(describe({Mapping{}, {}}) == "a mapping");
    CHECK(describe(plain_node(std::string(1000, '9'))).size() < 60);
}

TEST_CASE("quotes hide nothing and send nothing to a terminal") {
    CHECK(in_quotes("a\x1b[31m\n") == "\"a\\x1b[31m\\x0a\"");
    CHECK(in_quotes(std::string(61, 'x')) == "\"" + std::string(60, 'x') + "…\"");
}
