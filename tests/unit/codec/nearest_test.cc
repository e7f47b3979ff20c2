#include "engine/codec/nearest.h"

#include <catch2/catch.hpp>

using namespace muster::codec;

TEST_CASE("edit distance counts slips of the hand") {
    CHECK(edit_distance("", "") == 0);
    CHECK(edit_distance("abc", "abc") == 0);
    CHECK(edit_distance("", "abc") == 3);
    CHECK(edit_distance("targts", "targets") == 1);
    CHECK(edit_distance("tragets", "targets") == 1);
    CHECK(edit_distance("sitting", "kitten") == 3);
    CHECK(edit_distance("abc", "xyz") == 3);
}

TEST_CASE("the closest word is meant, if it is close") {
    const Words keys{"targets", "stores", "strictness", "drills", "rpo", "rto"};
    CHECK(nearest("target", keys) == "targets");
    CHECK(nearest("store", keys) == "stores");
    CHECK(nearest("strickness", keys) == "strictness");
    CHECK(nearest("rpp", keys) == "rpo");
    CHECK_FALSE(nearest("schedule", keys));
    CHECK_FALSE(nearest("", keys));
    CHECK_FALSE(nearest("x", keys));
    CHECK_FALSE(nearest(std::string(1'000'000, 'x'), keys));
}

TEST_CASE("a suggestion names the word, or the words there are") {
    CHECK(suggestion("lcoal", {"local", "layout"}) == "did you mean \"local\"?");
    CHECK(suggestion("bucket", {"local", "layout"}) == "allowed: local, layout");
    CHECK(suggestion("bucket", Words(100, "word")).empty());
    CHECK(suggestion("bucket", {}).empty());
}
