// Work on a copy of a database, begun while the copy still grows.
#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <memory>

#include "engine/snapshot/format/arrival.h"
#include "engine/sqlite/copy.h"

namespace muster {

/// Its end waits for its thread; what the work uses must outlive it.
template <class T>
class Alongside {
public:
    /// Reads the copy as it arrives; where there is no arrival, it is whole.
    using Work = std::function<Result<T>(Arrival*)>;

    /// `undo` is called where the copy is given up, once the work on it has ended.
    Alongside(Work work, std::function<void()> undo)
        : work_(std::move(work)), undo_(std::move(undo)) {}

    /// For the copy: work that fails ends it. Where it is given up, finish() begins anew.
    CopyFollower follower() {
        return {[this](Bytes bytes, Bytes total) { return follow(bytes, total); },
                [this] { give_up(); }};
    }
    /// The content is whole.
    void copied() {
        if (following_) following_->arrival.complete();
    }
    /// Once the content is whole.
    Result<T> finish() { return following_ ? following_->done.get() : work_(nullptr); }

private:
    struct Following {
        explicit Following(Bytes total) : arrival(total) {}
        Following(const Following&) = delete;
        Following& operator=(const Following&) = delete;
        ~Following() { arrival.abandon(); }
        Arrival arrival;
        std::shared_future<Result<T>> done;  ///< last: waited for before the arrival goes
    };
    /// Less is done sooner than a thread for it begins.
    static constexpr Bytes worth_following{std::uint64_t{16} << 20U};

    Result<> follow(Bytes bytes, Bytes total) {
        if (total < worth_following) return {};
        if (!following_) {
            following_ = std::make_unique<Following>(total);
            following_->done =
                std::async(std::launch::async | std::launch::deferred, [this,
                                                                        arrival =
                                                                            &following_->arrival] {
                    return work_(arrival);
                }).share();
        }
        // Before all has come it is ready for one reason only: it failed, and the copy is for
        // nothing.
        if (following_->done.wait_for(std::chrono::seconds{0}) == std::future_status::ready)
            MUSTER_CHECK(following_->done.get());
        following_->arrival.reached(bytes.count);
        return {};
    }

    void give_up() {
        if (!following_) return;
        following_.reset();
        undo_();
    }

    Work work_;
    std::function<void()> undo_;
    std::unique_ptr<Following> following_;
};

}  // namespace muster
