#include "engine/model/expectation.h"

#include <catch2/catch.hpp>

namespace muster {
namespace {
bool holds(const char* expectation, const char* actual) {
    return meets(*TextForm<Expectation>::parse(expectation), actual);
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

TEST_CASE("what is no expectation is refused", "[model][expectation]") {
    CHECK_FALSE(TextForm<Expectation>::parse(GENERATE("", "  ", ">=", ">= many", "<")));
}

TEST_CASE("an expectation is written so that it is read back the same", "[model][expectation]") {
    const auto text = GENERATE("1", "ok", ">= 10000", "!= 0", "< 3", "== >= 2");
    const auto expectation = TextForm<Expectation>::parse(text);
    REQUIRE(expectation);
    CHECK(TextForm<Expectation>::parse(TextForm<Expectation>::format(*expectation)) == expectation);
}

}  // namespace muster
