// One host for several workers: one of them at a time, and one bar for all of them.
#pragma once

#include <mutex>
#include <optional>

#include "engine/base/host.h"

namespace muster {

class SharedHost {
public:
    /// `what` is being done with `total` bytes.
    SharedHost(const Host& host, std::string what, std::uint64_t total)
        : host_(host), what_(std::move(what)), total_(total) {}

    /// For the look at one file. It must not outlive this.
    Host for_one();
    /// What stopped one worker stops all.
    Result<> keep_going();
    /// The bar is full.
    void end() const { host_.progress(what_, total_, total_); }

private:
    const Host& host_;
    std::string what_;
    std::uint64_t total_ = 0;
    std::mutex mutex_;
    std::uint64_t read_ = 0;
    std::optional<Error> stopped_;
};

}  // namespace muster
