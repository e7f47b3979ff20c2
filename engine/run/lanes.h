// Which steps of a plan may be carried out beside each other.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <vector>

#include "engine/model/plan.h"

namespace muster {

/// Steps that are carried out one after another, in the plan's order.
struct Lane {
    std::vector<std::size_t> steps;  ///< places in Plan::steps
    Bytes bytes;                     ///< the most that one of them writes
};

/// The planned steps, each in one lane: those of one target or one database share a lane, and so
/// do those that need each other. Lanes stand in the order of their first steps.
std::vector<Lane> lanes_of(const Plan& plan);

/// Small work goes side by side, since most of its time is waiting for the disk; large work, which
/// keeps every core busy on its own, goes alone. Pieces enter in their order. For several threads.
class Room {
public:
    explicit Room(Bytes size) : size_(size) {}

    /// The share of the room that one piece has; given back on destruction.
    class Stay {
    public:
        Stay(Room& room, std::uint64_t bytes) : room_(room), bytes_(bytes) {}
        Stay(const Stay&) = delete;
        Stay& operator=(const Stay&) = delete;
        ~Stay() { room_.leave(bytes_); }

    private:
        Room& room_;
        std::uint64_t bytes_;
    };

    /// Waits until piece `number` may work on `bytes`, every number before it having entered.
    [[nodiscard]] Stay enter(std::size_t number, Bytes bytes);

private:
    void leave(std::uint64_t bytes);

    Bytes size_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t next_ = 0;
    std::uint64_t taken_ = 0;
};

}  // namespace muster
