#include "engine/base/workers.h"

#include <catch2/catch.hpp>

#include <atomic>
#include <stdexcept>
#include <vector>

namespace muster {

TEST_CASE("every piece is done once", "[base]") {
    std::vector<std::atomic<int>> done(1000);
    const int worked = in_parallel(done.size(), 4, [&](std::size_t piece) {
        ++done[piece];
        return true;
    });
    CHECK(worked == 4);
    bool each_once = true;
    for (const auto& times : done) each_once = each_once && times == 1;
    CHECK(each_once);
    CHECK(in_parallel(2, 8, [](std::size_t) { return true; }) == 2);
    CHECK(in_parallel(0, 8, [](std::size_t) { return false; }) == 1);
}

TEST_CASE("no piece begins after one that answered false", "[base]") {
    std::size_t begun = 0;
    in_parallel(100, 1, [&](std::size_t piece) {
        ++begun;
        return piece < 3;
    });
    CHECK(begun == 4);
}

TEST_CASE("what a piece throws comes out once all threads have ended", "[base]") {
    std::atomic<int> at_work = 0;
    CHECK_THROWS_AS(in_parallel(100, 4,
                                [&](std::size_t piece) {
                                    ++at_work;
                                    if (piece == 5) {
                                        --at_work;
                                        throw std::runtime_error{"five"};
                                    }
                                    --at_work;
                                    return true;
                                }),
                    std::runtime_error);
    CHECK(at_work == 0);
}

}  // namespace muster
