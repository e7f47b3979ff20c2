#include "engine/model/expectation.h"

#include <catch2/catch.hpp>

namespace muster {
namespace {
bool holds(const std::string& expectation, const std::string& actual) {
    const auto parsed = TextForm<Expectation>::parse(expectation);
    REQUIRE(parsed);
    return meets(*parsed, actual);
}
}  // namespace

TEST_CASE("numbers are compared as numbers, exactly where they are whole", "[model][expectation]") {
    CHECK(holds("1", "1"));
    CHECK(holds("1", "1.0"));
    CHECK_FALSE(holds("1", "2"));
    CHECK(holds(">= 10000", "10000"));
    CHECK_FALSE(holds("> 10000", "10000"));
    CHECK(holds("< 10", "9"));
    CHECK_FALSE(holds("< 10", "90"));
    CHECK_FALSE(holds("9007199254740993", "9007199254740992"));
}

TEST_CASE("text is equal or not, and has no order", "[model][expectation]") {
    CHECK(holds("ok", "ok"));
    CHECK(holds("!= 0", "some"));
    CHECK_FALSE(holds(">= 1", "many"));
}

TEST_CASE("a range holds its ends and what lies between", "[model][expectation]") {
    for (const auto* inside : {"10", "20", "15.5", "10.0"}) CHECK(holds("10..20", inside));
    for (const auto* outside : {"9.999", "20.001", "-15", "many", "", "1e", "nan", "15 "})
        CHECK_FALSE(holds("10..20", outside));
    CHECK(holds("-5..-1.5", "-1.5"));
    CHECK_FALSE(holds("-5..-1.5", "-1.4"));
    CHECK(holds("1e3 .. 2e3", "1500"));
    CHECK(holds("7..7", "7"));
    CHECK(holds("9007199254740993..9007199254740993", "9007199254740993"));
    CHECK_FALSE(holds("9007199254740993..9007199254740993", "9007199254740992"));
    CHECK(holds("v1..v2", "v1..v2"));
    CHECK(holds("== 10..20", "10..20"));
    CHECK_FALSE(holds("== 10..20", "15"));
    CHECK(holds("inf..nan", "inf..nan"));
    CHECK(holds("10..", "10.."));
}

TEST_CASE("a tolerance is a number or a share", "[model][expectation]") {
    for (const auto* text : {"100 +- 5", "100+-5", "100 ± 5", "100 +- 5%", "100±5 %"}) {
        CAPTURE(text);
        CHECK(holds(text, "95"));
        CHECK(holds(text, "105"));
        CHECK_FALSE(holds(text, "94.9"));
        CHECK_FALSE(holds(text, "106"));
        CHECK_FALSE(holds(text, "some"));
    }
    CHECK(holds("0.3 +- 0.1", "0.4"));
    CHECK(holds("0.3 +- 0.1", "0.2"));
    CHECK_FALSE(holds("0.3 +- 0.1", "0.4000001"));
    CHECK(holds("101 +- 3%", "104.03"));
    CHECK(holds("-200 +- 10%", "-220"));
    CHECK_FALSE(holds("-200 +- 10%", "-221"));
    CHECK(holds("9007199254740993 +- 0", "9007199254740993"));
    CHECK_FALSE(holds("9007199254740993 +- 0", "9007199254740994"));
    CHECK(holds("a +- b", "a +- b"));
}

TEST_CASE("a regular expression is found anywhere, in bounded time", "[model][expectation]") {
    CHECK(holds("~ ^v[0-9]+$", "v12"));
    CHECK(holds("~b", "abc"));
    CHECK_FALSE(holds("~ ^b", "abc"));
    CHECK_FALSE(holds("~ ^v[0-9]+$", "v12\nx"));
    CHECK(holds("~ größ.r", "ein größer Wert"));
    CHECK_FALSE(holds("~ ^.$", "\xff\xfe"));
    // Each of these takes an engine that goes back for ever, or its stack.
    CHECK_FALSE(holds("~ ^(a+)+$", std::string(100'000, 'a') + "b"));
    CHECK(holds("~ (a|b)*c", std::string(1'000'000, 'a') + "c"));
    CHECK_FALSE(TextForm<Expectation>::parse("~ " + std::string(513, 'a')));
    CHECK_FALSE(TextForm<Expectation>::parse("~ ((a{100}){100}){100}"));
    CHECK(TextForm<Expectation>::parse("~ " + std::string(256, '(') + std::string(256, ')')));
    CHECK_FALSE(meets({Expectation::Relation::matches, "("}, "("));
}

TEST_CASE("what is no expectation is refused", "[model][expectation]") {
    CHECK_FALSE(TextForm<Expectation>::parse(GENERATE("", "  ", ">=", ">= many", "<", "=> 1",
                                                      "20..10", "100 +- -5", "100 ± -1%", "~", "~ ",
                                                      "~ (", "~ a{2000}", "~ (a)\\1", "~ (?=a)")));
}

TEST_CASE("an expectation is written so that it is read back the same", "[model][expectation]") {
    const auto text = GENERATE("1", "ok", ">= 10000", "!= 0", "< 3", "== >= 2", "10..20",
                               "-1.5 .. 2", "== 10..20", "== 100 +- 5", "100 ± 5 %", "0.3+-0.1",
                               "~ ^a b$", "~x", "== ~ x", "v1..v2", "..", "1..", "+-", "!= 1..2");
    const auto expectation = TextForm<Expectation>::parse(text);
    REQUIRE(expectation);
    CHECK(TextForm<Expectation>::parse(TextForm<Expectation>::format(*expectation)) == expectation);
}

}  // namespace muster
