#include "engine/base/rounds.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <future>
#include <latch>
#include <stdexcept>
#include <thread>
#include <vector>

namespace muster {
namespace {

using namespace std::chrono_literals;

/// `count` callers of one key. The first round lasts until the others have come, so that they share
/// the next.
std::vector<Result<>> join_together(Rounds& rounds, int count,
                                    const std::function<Result<>()>& work) {
    std::latch others{count - 1};
    std::promise<void> begun;
    std::vector<std::future<Result<>>> callers;
    callers.push_back(std::async(std::launch::async, [&] {
        return rounds.join("key", [&] {
            begun.set_value();
            others.wait();
            std::this_thread::sleep_for(50ms);  // from the latch into join()
            return work();
        });
    }));
    begun.get_future().wait();
    for (int i = 1; i < count; ++i)
        callers.push_back(std::async(std::launch::async, [&] {
            others.count_down();
            return rounds.join("key", work);
        }));
    std::vector<Result<>> out;
    for (auto& caller : callers) out.push_back(caller.get());
    return out;
}

}  // namespace

TEST_CASE("who comes while a round is under way shares the next one", "[base][rounds]") {
    Rounds rounds;
    std::atomic<int> done = 0;
    const auto all = join_together(rounds, 8, [&]() -> Result<> {
        ++done;
        return {};
    });
    for (const auto& each : all) CHECK(each);
    CHECK(done >= 2);
    CHECK(done < 8);
}

TEST_CASE("a round begins after all its callers asked", "[base][rounds]") {
    Rounds rounds;
    std::atomic<int> changes = 0, covered = 0;
    std::vector<std::future<int>> callers;
    for (int thread = 0; thread < 4; ++thread)
        callers.push_back(std::async(std::launch::async, [&] {
            int missed = 0;
            for (int i = 0; i < 500; ++i) {
                const int mine = ++changes;
                const auto done = rounds.join("key", [&]() -> Result<> {
                    const int seen = changes;
                    std::this_thread::yield();
                    covered = seen;
                    return {};
                });
                if (!done || covered < mine) ++missed;
            }
            return missed;
        }));
    for (auto& caller : callers) CHECK(caller.get() == 0);
}

TEST_CASE("a failed round is told to each who joined it, and to nobody after", "[base][rounds]") {
    Rounds rounds;
    std::atomic<bool> first = true, mended = false;
    const auto work = [&]() -> Result<> {
        if (first.exchange(false) || mended) return {};
        return fail(ErrorCode::io, "the disk is gone");
    };
    const auto all = join_together(rounds, 4, work);
    CHECK(all[0]);
    for (std::size_t i = 1; i < all.size(); ++i) {
        REQUIRE_FALSE(all[i]);
        CHECK(all[i].error().message == "the disk is gone");
    }
    mended = true;
    CHECK(rounds.join("key", work));
}

TEST_CASE("an exception leaves nobody waiting", "[base][rounds]") {
    Rounds rounds;
    CHECK_THROWS_AS(rounds.join("key", []() -> Result<> { throw std::runtime_error{"a bug"}; }),
                    std::runtime_error);
    CHECK(rounds.join("key", []() -> Result<> { return {}; }));
}

TEST_CASE("rounds of different keys do not wait for each other", "[base][rounds]") {
    Rounds rounds;
    std::promise<void> other_ran;
    auto first = std::async(std::launch::async, [&] {
        return rounds.join("one", [&]() -> Result<> {
            if (other_ran.get_future().wait_for(20s) == std::future_status::ready) return {};
            return fail(ErrorCode::io, "waited for nothing");
        });
    });
    CHECK(rounds.join("other", [&]() -> Result<> {
        other_ran.set_value();
        return {};
    }));
    CHECK(first.get());
}

}  // namespace muster
