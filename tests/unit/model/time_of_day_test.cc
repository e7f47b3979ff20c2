#include "engine/model/schedule/time_of_day.h"

#include <catch2/catch.hpp>

namespace muster {

using namespace std::chrono_literals;

TEST_CASE("a time of day has hours and minutes", "[model][time_of_day]") {
    CHECK(TextForm<TimeOfDay>::parse("00:00") == TimeOfDay{0min});
    CHECK(TextForm<TimeOfDay>::parse("06:05") == TimeOfDay{365min});
    CHECK(TextForm<TimeOfDay>::parse("23:59") == TimeOfDay{1439min});
    const auto text = GENERATE("00:00", "06:05", "23:59");
    CHECK(TextForm<TimeOfDay>::format(*TextForm<TimeOfDay>::parse(text)) == text);
}

TEST_CASE("what is no time of day is refused", "[model][time_of_day]") {
    CHECK_FALSE(TextForm<TimeOfDay>::parse(GENERATE("", "6:00", "24:00", "12:60", "12.30", "12:3",
                                                    "12:300", "ab:cd", "1a:00", "-1:00")));
}

TEST_CASE("a window has two ends and may go past midnight", "[model][time_of_day]") {
    CHECK(TextForm<TimeWindow>::parse("01:00-05:30") == TimeWindow{{60min}, {330min}});
    const auto text = GENERATE("01:00-05:30", "22:00-04:00", "00:00-00:00");
    CHECK(TextForm<TimeWindow>::format(*TextForm<TimeWindow>::parse(text)) == text);
}

TEST_CASE("what is no window is refused", "[model][time_of_day]") {
    CHECK_FALSE(TextForm<TimeWindow>::parse(GENERATE("", "01:00", "01:00-", "01:00-24:00",
                                                     "01:00 05:00", "1:00-5:00", "01:00-05:000")));
}

}  // namespace muster
