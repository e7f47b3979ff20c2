#include "engine/base/rare.h"

#include <catch2/catch.hpp>
#include <string>

using muster::Rare;

TEST_CASE("a rare value is copied with its owner, and compares by what it is", "[base]") {
    Rare<std::string> one{std::string{"here"}};
    auto other = one;
    *other = "there";
    CHECK(*one == "here");
    CHECK_FALSE(one == other);
    other = one;
    CHECK(one == other);
    other.reset();
    CHECK_FALSE(other.has_value());
    CHECK_FALSE(one == other);
    one = other;
    CHECK(one == Rare<std::string>{});
    CHECK(one.emplace().empty());
    CHECK_FALSE(one == other);
}
