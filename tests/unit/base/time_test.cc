#include "engine/base/time.h"

#include <catch2/catch.hpp>

namespace muster {

TEST_CASE("a UTC time is read and written in one form only", "[base][time]") {
    const auto text =
        GENERATE("1970-01-01T00:00:00Z", "2024-02-29T23:59:59Z", "2026-11-20T10:15:00Z");
    const auto time = TextForm<Time>::parse(text);
    REQUIRE(time);
    CHECK(format_time(*time) == text);
    CHECK_FALSE(TextForm<Time>::parse(GENERATE("2023-02-29T00:00:00Z", "2026-11-20T24:00:00Z",
                                               "2026-11-20T10:15:60Z", "2026-11-20 10:15:00Z",
                                               "2026-11-20T10:15:00", "2026-11-20T10:15:00+01", "",
                                               "x026-11-20T10:15:00Z")));
}

TEST_CASE("a duration is whole numbers with units", "[base][time]") {
    using namespace std::chrono_literals;
    CHECK(TextForm<Duration>::parse("4h") == Duration{4h});
    CHECK(TextForm<Duration>::parse("1h30m") == Duration{90min});
    CHECK(TextForm<Duration>::parse("200ms") == Duration{200ms});
    CHECK(TextForm<Duration>::parse("2w") == Duration{336h});
    CHECK_FALSE(
        TextForm<Duration>::parse(GENERATE("", "4", "h", "-4h", "4 h", "1.5h", "4x",
                                           "99999999999999999w", "9223372036854775807ms1ms")));
}

TEST_CASE("a duration is written so that it is read back the same", "[base][time]") {
    const auto count =
        GENERATE(0, 1, 999, 1000, 60'000, 90'000, 3'600'000, 86'400'000, 604'800'000, 604'800'001);
    const Duration duration{count};
    CHECK(TextForm<Duration>::parse(format_duration(duration)) == duration);
}

TEST_CASE("durations are spelled for people", "[base][time]") {
    CHECK(spell_duration(Duration{35}) == "35 ms");
    CHECK(spell_duration(Duration{1'240}) == "1.2 s");
    CHECK(spell_duration(Duration{300'000}) == "5 min");
    CHECK(spell_duration(std::chrono::hours{26}) == "26 h");
    CHECK(spell_duration(std::chrono::hours{75}) == "3 d 3 h");
}

TEST_CASE("a time stands in file names without separators", "[base][time]") {
    CHECK(file_stamp(*TextForm<Time>::parse("2026-11-20T10:15:09Z")) == "20261120T101509Z");
}

}  // namespace muster
