#include "engine/model/schedule/date_span.h"

#include <catch2/catch.hpp>

namespace muster {

using namespace std::chrono_literals;

namespace {
DateSpan span(std::string_view text) {
    const auto parsed = TextForm<DateSpan>::parse(text);
    REQUIRE(parsed);
    return *parsed;
}
}  // namespace

TEST_CASE("a date is that day alone", "[model][date_span]") {
    CHECK(contains(span("2026-12-24"), 2026y / 12 / 24));
    CHECK_FALSE(contains(span("2026-12-24"), 2026y / 12 / 25));
    CHECK_FALSE(contains(span("2026-12-24"), 2027y / 12 / 24));
}

TEST_CASE("both ends of a span belong to it", "[model][date_span]") {
    const auto holidays = span("2026-12-24..2027-01-02");
    CHECK_FALSE(contains(holidays, 2026y / 12 / 23));
    CHECK(contains(holidays, 2026y / 12 / 24));
    CHECK(contains(holidays, 2026y / 12 / 31));
    CHECK(contains(holidays, 2027y / 1 / 2));
    CHECK_FALSE(contains(holidays, 2027y / 1 / 3));
}

TEST_CASE("a date without a year is a day of every year that has it", "[model][date_span]") {
    CHECK(contains(span("12-25"), 1999y / 12 / 25));
    CHECK(contains(span("12-25"), 2026y / 12 / 25));
    CHECK_FALSE(contains(span("12-25"), 2026y / 12 / 26));
    CHECK(contains(span("02-29"), 2028y / 2 / 29));
}

TEST_CASE("a date span is written as it was", "[model][date_span]") {
    const auto text = GENERATE("2026-12-24", "2026-12-24..2027-01-02", "12-25", "02-29");
    CHECK(TextForm<DateSpan>::format(span(text)) == text);
}

TEST_CASE("what is no date span is refused", "[model][date_span]") {
    CHECK_FALSE(TextForm<DateSpan>::parse(
        GENERATE("", "2026-02-29", "2026-13-01", "13-01", "02-30", "2026-12-24..2026-12-23",
                 "2026-12-24..12-26", "2026-12-24.", "2026-12-24-2026-12-26", "2026-1-1", "1-1",
                 "2026-12-24 ", "12-24..12-26", "26-12-24")));
}

}  // namespace muster
