#include "engine/run/zone.h"

#include <catch2/catch.hpp>
#include <cstdlib>

#include "tests/support/zones.h"

namespace muster {

using namespace test;

namespace {

/// Sets TZ and puts back what it was.
class TzVariable {
public:
    explicit TzVariable(const char* value) {
        if (const char* old = std::getenv("TZ")) old_ = old;
        ::setenv("TZ", value, 1);
    }
    ~TzVariable() { old_ ? ::setenv("TZ", old_->c_str(), 1) : ::unsetenv("TZ"); }
    TzVariable(const TzVariable&) = delete;
    TzVariable& operator=(const TzVariable&) = delete;

private:
    std::optional<std::string> old_;
};

}  // namespace

TEST_CASE("a zone of the database has the clock changes that are known for it", "[run][zone]") {
    const auto known = GENERATE(berlin(), new_york(), lord_howe(), cairo());
    const auto from = known.spans.front().begin;
    const auto zone = read_zone(known.name, from, utc("2026-12-31T00:00:00Z"));
    REQUIRE(zone);
    CHECK(zone->name == known.name);
    CHECK(zone->spans == known.spans);
}

TEST_CASE("a zone of the past is read too", "[run][zone]") {
    const auto known = sao_paulo();
    const auto zone = read_zone(known.name, known.spans.front().begin, utc("2026-01-01T00:00:00Z"));
    REQUIRE(zone);
    CHECK(zone->spans == known.spans);
}

TEST_CASE("the first span of a zone begins where it was asked for", "[run][zone]") {
    const auto zone =
        read_zone("Europe/Berlin", utc("2026-07-01T00:00:00Z"), utc("2026-10-25T00:59:59Z"));
    REQUIRE(zone);
    REQUIRE(zone->spans.size() == 1);
    CHECK(zone->spans.front().begin == utc("2026-07-01T00:00:00Z"));
    CHECK(zone->spans.front().offset == std::chrono::hours{2});
}

TEST_CASE("UTC is a zone without spans", "[run][zone]") {
    const auto zone = read_zone("UTC", utc("2026-01-01T00:00:00Z"), utc("2036-01-01T00:00:00Z"));
    REQUIRE(zone);
    CHECK(*zone == Zone{});
}

TEST_CASE("a zone that is not known is named, with the one that was meant", "[run][zone]") {
    const auto now = utc("2026-01-01T00:00:00Z");
    const auto close = read_zone("Europe/Berln", now, now);
    REQUIRE_FALSE(close);
    CHECK(close.error().code == ErrorCode::invalid_policy);
    CHECK(close.error().message == "the time zone database holds no zone \"Europe/Berln\"");
    CHECK(close.error().hint == "did you mean \"Europe/Berlin\"?");

    const auto far = read_zone("../../etc/hostname", now, now);
    REQUIRE_FALSE(far);
    CHECK(far.error().hint == "name a zone such as Europe/Berlin or UTC");
}

TEST_CASE("this machine's zone is that of TZ, and UTC where that names none", "[run][zone]") {
    const auto [variable, name] = GENERATE(table<const char*, std::string>({
        {"Europe/Berlin", "Europe/Berlin"},
        {":America/New_York", "America/New_York"},
        {"/usr/share/zoneinfo/Asia/Kathmandu", "Asia/Kathmandu"},
        {"CET-1CEST,M3.5.0,M10.5.0/3", "UTC"},
        {"", "UTC"},
    }));
    const TzVariable set{variable};
    CHECK(system_zone() == name);
}

}  // namespace muster
