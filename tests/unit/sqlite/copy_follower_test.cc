#include <catch2/catch.hpp>

#include <algorithm>

#include "tests/support/copy_scene.h"

namespace muster {

using namespace test;

TEST_CASE("a follower hears of bytes that stay, from the first one to the last", "[sqlite][copy]") {
    CopyScene place;
    make_sum_database(place.db, "DELETE", 20000);
    const auto whole = read_all(place.db);
    std::vector<std::uint64_t> told;
    place.options.follower = {[&](Bytes bytes, Bytes total) -> Result<> {
                                  CHECK(total.count == whole.size());
                                  CHECK(read_all(place.copy) == whole.substr(0, bytes.count));
                                  told.push_back(bytes.count);
                                  return {};
                              },
                              [] { FAIL("given up"); }};
    REQUIRE(copy_database(place.db, place.copy, place.options));
    CHECK(told.size() > 1);
    CHECK(std::ranges::is_sorted(told));
    CHECK(told.back() == whole.size());
}

TEST_CASE("where a log holds pages the copy does not come in order, and nobody is told",
          "[sqlite][copy]") {
    CopyScene place;
    make_sum_database(place.db, "WAL", 20000);
    App app{place.db};
    app.run("PRAGMA wal_autocheckpoint = 0; UPDATE a SET n = n");
    place.options.follower = {[](Bytes, Bytes) -> Result<> {
                                  FAIL("told");
                                  return {};
                              },
                              [] {}};
    REQUIRE(copy_database(place.db, place.copy, place.options));
}

TEST_CASE("a follower that fails ends the copy, and hears that it is given up", "[sqlite][copy]") {
    CopyScene place;
    make_sum_database(place.db, "DELETE", 20000);
    int given_up = 0;
    place.options.follower = {
        [](Bytes, Bytes) -> Result<> { return fail(ErrorCode::no_space, "full"); },
        [&] { ++given_up; }};
    const auto refused = copy_database(place.db, place.copy, place.options);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message == "full");
    CHECK(given_up == 1);
    CHECK(place.files_out() == 0);
}

}  // namespace muster
