#include "engine/plan/outlook.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <limits>
#include <random>

#include "tests/support/world.h"

namespace muster {

using namespace test;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

constexpr Duration objective = minutes{5};

Time today() {
    return at("2026-11-20T00:00:00Z");
}

/// One a day, the last of them today.
std::vector<RestoreMeasured> daily(const std::vector<Duration>& took) {
    std::vector<RestoreMeasured> out;
    for (std::size_t i = 0; i < took.size(); ++i)
        out.push_back({today() - days{took.size() - 1 - i}, took[i], {}});
    return out;
}

std::vector<RestoreMeasured> growing(int count, Duration first, Duration by) {
    std::vector<Duration> took;
    for (int i = 0; i < count; ++i) took.push_back(first + i * by);
    return daily(took);
}

}  // namespace

TEST_CASE("restores that take the same always hold the objective", "[plan][outlook]") {
    const auto outlook = outlook_of(growing(5, seconds{3}, {}), objective, today());
    REQUIRE(outlook);
    CHECK(outlook->measurements == 5);
    CHECK(outlook->since == at("2026-11-16T00:00:00Z"));
    CHECK(outlook->expected == seconds{3});
    CHECK(outlook->per_day == Duration::zero());
    CHECK_FALSE(outlook->misses_at);
    CHECK(outlook->told ==
          "restores take 3.0 s now, no longer than they did: the objective of 5 min holds");
}

TEST_CASE("exactly at the objective is not over it", "[plan][outlook]") {
    CHECK_FALSE(outlook_of(growing(3, objective, {}), objective, today())->misses_at);
}

TEST_CASE("a line that grows reaches the objective on its day", "[plan][outlook]") {
    const auto count = GENERATE(3, 4, 7, 20);
    const auto by = GENERATE(Duration{1}, Duration{100}, Duration{3'333}, Duration{seconds{20}});
    const auto left = GENERATE(1, 30, 89, 3'650);
    const auto measured = growing(count, seconds{10}, by);
    const auto wanted = measured.back().took + left * by;
    const auto outlook = outlook_of(measured, wanted, today());
    REQUIRE(outlook);
    CHECK(outlook->expected == measured.back().took);
    CHECK(outlook->per_day == by);
    CHECK(outlook->misses_at == today() + days{left});
}

TEST_CASE("what is told is a sentence with its date, and why", "[plan][outlook]") {
    auto measured = growing(10, seconds{2}, Duration{100});
    CHECK(outlook_of(measured, seconds{13}, today())->told ==
          "restores take 2.9 s now, 100 ms longer each day: "
          "the objective of 13.0 s will be missed about 2027-03-01");
    for (std::size_t i = 0; i < measured.size(); ++i) measured[i].bytes = Bytes{(i + 1) << 20U};
    CHECK(outlook_of(measured, seconds{13}, today())->told ==
          "restores take 2.9 s now, 100 ms longer each day (the database grows by 1.0 MiB a day): "
          "the objective of 13.0 s will be missed about 2027-03-01");
}

TEST_CASE("the line goes on after the last rehearsal", "[plan][outlook]") {
    const auto outlook =
        outlook_of(growing(5, seconds{10}, seconds{1}), objective, today() + days{10});
    CHECK(outlook->expected == seconds{24});
    CHECK(outlook->misses_at == today() + days{286});
}

TEST_CASE("one wild measurement moves nothing", "[plan][outlook]") {
    const auto count = GENERATE(4, 5, 8, 20);
    const auto wild = GENERATE(Duration{1}, Duration{minutes{4}});
    for (int which = 0; which < count; ++which) {
        CAPTURE(count, wild.count(), which);
        auto measured = growing(count, seconds{60}, {});
        measured[static_cast<std::size_t>(which)].took = wild;
        const auto level = outlook_of(measured, objective, today());
        CHECK(level->expected == seconds{60});
        CHECK(level->per_day == Duration::zero());
        CHECK_FALSE(level->misses_at);
    }
}

TEST_CASE("noise and an outlier move the day by little", "[plan][outlook]") {
    const auto seed = GENERATE(range(1, 40));
    CAPTURE(seed);
    std::mt19937 random{static_cast<unsigned>(seed)};
    std::uniform_int_distribution<int> noise{-500, 500};
    auto measured = growing(20, seconds{100}, seconds{2});
    for (auto& one : measured) one.took += Duration{noise(random)};
    measured[static_cast<std::size_t>(seed) % 20].took = minutes{5};
    const auto outlook = outlook_of(measured, objective, today());
    REQUIRE(outlook->misses_at);
    if (measured.back().took == minutes{5}) return;
    CHECK(*outlook->misses_at > today() + days{78});
    CHECK(*outlook->misses_at < today() + days{84});
}

TEST_CASE("restores that become faster hold it, and never take less than nothing",
          "[plan][outlook]") {
    const auto measured = growing(10, seconds{100}, seconds{-10});
    const auto outlook = outlook_of(measured, objective, today() + days{1'000});
    CHECK(outlook->expected == seconds{10});
    CHECK(outlook->per_day == Duration::zero());
    CHECK_FALSE(outlook->misses_at);
}

TEST_CASE("fewer than three, or all within a day, are no line", "[plan][outlook]") {
    CHECK_FALSE(outlook_of({}, objective, today()));
    CHECK_FALSE(outlook_of(growing(2, seconds{1}, seconds{1}), objective, today()));
    auto measured = growing(20, seconds{1}, seconds{1});
    for (auto& one : measured) one.at = today();
    CHECK_FALSE(outlook_of(measured, objective, today()));
    measured.front().at = today() - hours{23};
    CHECK_FALSE(outlook_of(measured, objective, today()));
    measured.front().at = today() - hours{24};
    CHECK(outlook_of(measured, objective, today()));
}

TEST_CASE("several at one time are points like others", "[plan][outlook]") {
    auto measured = growing(4, seconds{10}, seconds{1});
    measured.insert(measured.end(), measured.begin(), measured.end());
    CHECK(outlook_of(measured, objective, today())->per_day == seconds{1});
}

TEST_CASE("their order does not matter, and what lies in the future counts not",
          "[plan][outlook]") {
    auto measured = growing(6, seconds{10}, seconds{1});
    const auto sorted = outlook_of(measured, objective, today());
    measured.push_back({today() + seconds{1}, minutes{10}, {}});
    std::ranges::reverse(measured);
    CHECK(outlook_of(measured, objective, today()) == sorted);
}

TEST_CASE("values beyond all measure break nothing", "[plan][outlook]") {
    const std::vector<Duration> extremes{Duration::min(), {}, Duration{1}, Duration::max()};
    const std::vector<Time> times{Time::min(), Time{}, Time{days{1}}, today() - seconds{1}};
    for (const auto a : extremes)
        for (const auto b : extremes)
            for (const auto c : extremes)
                for (const auto wanted : extremes) {
                    std::vector<RestoreMeasured> measured;
                    for (const auto& [when, took] :
                         {std::pair{times[0], a}, {times[1], b}, {times[2], c}, {times[3], a}})
                        measured.push_back(
                            {when, took, Bytes{std::numeric_limits<std::uint64_t>::max()}});
                    const auto outlook = outlook_of(measured, wanted, today());
                    REQUIRE(outlook);
                    CHECK(outlook->expected >= Duration::zero());
                    CHECK(outlook->per_day >= Duration::zero());
                    if (outlook->misses_at) {
                        CHECK(*outlook->misses_at >= today());
                        CHECK(*outlook->misses_at <= today() + days{3653});
                    }
                }
}

TEST_CASE("an objective that is missed already is missed now", "[plan][outlook]") {
    const auto over = outlook_of(growing(5, minutes{6}, seconds{1}), objective, today());
    CHECK(over->misses_at == today());
    CHECK(over->told ==
          "restores take 6 min 4 s now, 1.0 s longer each day: the objective of 5 min is missed");
    auto measured = growing(5, seconds{10}, {});
    measured.back().took = minutes{9};
    const auto last = outlook_of(measured, objective, today());
    CHECK(last->misses_at == today());
    CHECK(
        last->told ==
        "restores take 10.0 s as a rule, but the last took 9 min: the objective of 5 min is missed");
    measured = growing(5, minutes{6}, {});
    measured.back().took = seconds{10};
    const auto line = outlook_of(measured, objective, today());
    CHECK(line->misses_at == today());
    CHECK(line->told ==
          "restores take 6 min now, no longer than they did: "
          "the objective of 5 min is reached, though the last took 10.0 s");
}

TEST_CASE("what lies more than ten years ahead is not told as a date", "[plan][outlook]") {
    const auto measured = growing(5, seconds{10}, seconds{1});
    const auto within = measured.back().took + 3'652 * seconds{1};
    CHECK(outlook_of(measured, within, today())->misses_at == today() + days{3'652});
    const auto beyond = outlook_of(measured, within + seconds{1}, today());
    CHECK_FALSE(beyond->misses_at);
    CHECK(beyond->told.ends_with("holds for ten years and more"));
}

}  // namespace muster
