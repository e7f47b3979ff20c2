#include "engine/sqlite/interrupt_watch.h"

#include <chrono>
#include <system_error>

namespace muster {
namespace {

constexpr auto between_questions = std::chrono::milliseconds{100};

}  // namespace

InterruptWatch::InterruptWatch(std::function<Result<>()> keep_going)
    : keep_going_(std::move(keep_going)) {
    if (!keep_going_) return;
    try {
        thread_ = std::jthread{[this] { watch(); }};
    } catch (const std::system_error&) {
        return;
    }
}

InterruptWatch::~InterruptWatch() {
    const std::scoped_lock alone{mutex_};
    ended_ = true;
    over_.notify_all();
}

void InterruptWatch::add(const Connection& connection) {
    const std::scoped_lock alone{mutex_};
    watched_.push_back(connection.handle());
}

Result<> InterruptWatch::outcome() const {
    const std::scoped_lock alone{mutex_};
    return stopped_ ? Result<>{Failure(*stopped_)} : Result<>{};
}

void InterruptWatch::watch() {
    std::unique_lock lock{mutex_};
    while (!ended_) {
        if (!stopped_) {
            if (auto asked = keep_going_(); !asked) stopped_ = std::move(asked).error();
        }
        // Again and again: an interrupt ends what runs, not what begins after it.
        if (stopped_)
            for (auto* handle : watched_) sqlite3_interrupt(handle);
        over_.wait_for(lock, between_questions, [&] { return ended_; });
    }
}

}  // namespace muster
