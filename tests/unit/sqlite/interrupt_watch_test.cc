#include "engine/sqlite/interrupt_watch.h"

#include <catch2/catch.hpp>

#include <atomic>

namespace muster {
namespace {

constexpr auto* long_query =
    "WITH RECURSIVE i(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM i WHERE x < 100000000)"
    "SELECT count(*) FROM i";

}  // namespace

TEST_CASE("what a watched connection does ends when the run ought to", "[sqlite][interrupt]") {
    auto connection = Connection::open("watched", OpenMode::memory);
    REQUIRE(connection);
    std::atomic<int> asked = 0;
    InterruptWatch watch{[&]() -> Result<> {
        if (++asked < 3) return {};
        return fail(ErrorCode::interrupted, "stopped by hand");
    }};
    watch.add(*connection);
    CHECK(watch.outcome());
    for (int statement = 0; statement < 2; ++statement) {
        CHECK_FALSE(connection->query_value(long_query));
        CHECK(sqlite3_errcode(connection->handle()) == SQLITE_INTERRUPT);
    }
    REQUIRE_FALSE(watch.outcome());
    CHECK(watch.outcome().error().message == "stopped by hand");
}

TEST_CASE("a watch that nobody may ask interrupts nothing", "[sqlite][interrupt]") {
    auto connection = Connection::open("watched", OpenMode::memory);
    REQUIRE(connection);
    InterruptWatch watch{{}};
    watch.add(*connection);
    CHECK(connection->query_value("SELECT 1") == std::optional<std::string>{"1"});
    CHECK(watch.outcome());
}

}  // namespace muster
