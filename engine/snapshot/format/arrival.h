// Content that one thread still writes while another encodes it.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "engine/base/bytes.h"
#include "engine/base/result.h"

namespace muster {

/// How much of a file has come, from its first byte on. Safe to use from two threads.
class Arrival {
public:
    explicit Arrival(Bytes total) : total_(total) {}

    /// Bytes that will have come in the end.
    Bytes total() const { return total_; }
    /// The first `bytes` of the file are as they will stay.
    void reached(std::uint64_t bytes);
    /// No more will come.
    void complete();
    /// What has come is no longer worth anything: whoever waits, or asks later, fails.
    void abandon();

    /// Waits until `bytes` have come and `encoded` pieces of them are, or until all has come.
    /// ErrorCode::interrupted when it was abandoned.
    Result<> await(std::uint64_t bytes, std::uint64_t encoded);
    /// One piece more is. Whoever waits for that leaves the cores to the thread that writes.
    void piece_encoded();
    bool is_complete();

private:
    enum class State { under_way, complete, abandoned };
    Bytes total_;
    std::mutex mutex_;
    std::condition_variable more_;
    std::uint64_t reached_ = 0;
    std::uint64_t encoded_ = 0;
    State state_ = State::under_way;
};

}  // namespace muster
