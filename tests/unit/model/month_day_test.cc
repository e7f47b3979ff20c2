#include "engine/model/schedule/month_day.h"

#include <catch2/catch.hpp>

namespace muster {

using DayKind = MonthDay::Kind;

TEST_CASE("a day of the month is a number, the last, or one by its kind", "[model][month_day]") {
    const auto [text, day] = GENERATE(table<const char*, MonthDay>({
        {"1", {DayKind::day, 1}},
        {"31", {DayKind::day, 31}},
        {"last", {DayKind::day, -1}},
        {"first business day", {DayKind::business_day, 1}},
        {"last business day", {DayKind::business_day, -1}},
        {"fifth friday", {DayKind::weekday, 5, std::chrono::Friday}},
        {"last sunday", {DayKind::weekday, -1, std::chrono::Sunday}},
        {"second tuesday", {DayKind::weekday, 2, std::chrono::Tuesday}},
    }));
    CHECK(TextForm<MonthDay>::parse(text) == day);
    CHECK(TextForm<MonthDay>::format(day) == text);
}

TEST_CASE("an ordinal before \"day\" is the number", "[model][month_day]") {
    CHECK(TextForm<MonthDay>::parse("third day") == MonthDay{DayKind::day, 3});
    CHECK(TextForm<MonthDay>::parse("last day") == MonthDay{DayKind::day, -1});
}

TEST_CASE("what is no day of the month is refused", "[model][month_day]") {
    CHECK_FALSE(TextForm<MonthDay>::parse(
        GENERATE("", "0", "32", "01", "-1", "1st", "sixth friday", "first", "first  friday",
                 "last weekday", "second Tuesday", "business day", "last ", " last", "100")));
}

}  // namespace muster
