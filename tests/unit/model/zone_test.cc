#include "engine/model/schedule/zone.h"

#include <catch2/catch.hpp>

#include "tests/support/zones.h"

namespace muster {

using namespace test;

namespace {

LocalTime wall(std::string_view text) {
    return LocalTime{utc(text).time_since_epoch()};
}

}  // namespace

TEST_CASE("an offset holds from the begin of its span to the next one", "[model][zone]") {
    const auto zone = berlin();
    CHECK(offset_at(zone, utc("2026-03-29T00:59:59Z")) == hours{1});
    CHECK(offset_at(zone, utc("2026-03-29T01:00:00Z")) == hours{2});
    CHECK(offset_at(zone, utc("2036-01-01T00:00:00Z")) == hours{1});
    CHECK(offset_at(zone, utc("1990-07-01T00:00:00Z")) == hours{1});
    CHECK(local_of(zone, utc("2026-07-01T22:30:00Z")) == wall("2026-07-02T00:30:00Z"));
    CHECK(local_of(kathmandu(), utc("2026-07-01T00:00:00Z")) == wall("2026-07-01T05:45:00Z"));
}

TEST_CASE("the stretch of an offset ends where the next one begins", "[model][zone]") {
    const auto summer = steady_offset(berlin(), utc("2026-07-01T00:00:00Z"));
    CHECK(summer.begin == utc("2026-03-29T01:00:00Z"));
    CHECK(summer.end == utc("2026-10-25T01:00:00Z"));
    CHECK(steady_offset(berlin(), utc("2020-01-01T00:00:00Z")).begin == Time::min());
    CHECK(steady_offset(berlin(), utc("2030-01-01T00:00:00Z")).end == Time::max());
}

TEST_CASE("without spans local time is UTC", "[model][zone]") {
    const auto time = utc("2026-07-01T12:00:00Z");
    CHECK(offset_at(Zone{}, time) == std::chrono::seconds{0});
    CHECK(readings_of(Zone{}, wall("2026-07-01T12:00:00Z")).first == time);
}

TEST_CASE("a reading in the gap comes never, one after it once", "[model][zone]") {
    const auto [zone, in_gap, end] = GENERATE(table<Zone, const char*, const char*>({
        {berlin(), "2026-03-29T02:00:00Z", "2026-03-29T01:00:00Z"},
        {berlin(), "2026-03-29T02:59:59Z", "2026-03-29T01:00:00Z"},
        {new_york(), "2026-03-08T02:30:00Z", "2026-03-08T07:00:00Z"},
        {lord_howe(), "2026-10-04T02:15:00Z", "2026-10-03T15:30:00Z"},
        {sao_paulo(), "2018-11-04T00:00:00Z", "2018-11-04T03:00:00Z"},
        {cairo(), "2026-04-24T00:30:00Z", "2026-04-23T22:00:00Z"},
    }));
    const auto readings = readings_of(zone, wall(in_gap));
    CHECK_FALSE(readings.first);
    CHECK_FALSE(readings.second);
    CHECK(readings.gap_end == utc(end));
    const auto after = readings_of(zone, local_of(zone, utc(end)));
    CHECK(after.first == utc(end));
    CHECK_FALSE(after.second);
}

TEST_CASE("a reading comes twice when clocks go back", "[model][zone]") {
    const auto [zone, local, first, second] =
        GENERATE(table<Zone, const char*, const char*, const char*>({
            {berlin(), "2026-10-25T02:00:00Z", "2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z"},
            {berlin(), "2026-10-25T02:59:59Z", "2026-10-25T00:59:59Z", "2026-10-25T01:59:59Z"},
            {new_york(), "2026-11-01T01:30:00Z", "2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z"},
            {lord_howe(), "2026-04-05T01:45:00Z", "2026-04-04T14:45:00Z", "2026-04-04T15:15:00Z"},
            {sao_paulo(), "2019-02-16T23:30:00Z", "2019-02-17T01:30:00Z", "2019-02-17T02:30:00Z"},
            {cairo(), "2026-10-29T23:30:00Z", "2026-10-29T20:30:00Z", "2026-10-29T21:30:00Z"},
        }));
    const auto readings = readings_of(zone, wall(local));
    CHECK(readings.first == utc(first));
    CHECK(readings.second == utc(second));
}

TEST_CASE("a reading beside a clock change comes once", "[model][zone]") {
    const auto local = GENERATE("2026-03-29T01:59:59Z", "2026-03-29T03:00:00Z",
                                "2026-10-25T01:59:59Z", "2026-10-25T03:00:00Z");
    const auto readings = readings_of(berlin(), wall(local));
    CHECK(readings.first);
    CHECK_FALSE(readings.second);
}

}  // namespace muster
