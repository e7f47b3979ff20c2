// Ends the statements of connections when the run ought to stop.
#pragma once

#include <sqlite3.h>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "engine/sqlite/connection.h"

namespace muster {

/// Asks `keep_going` a few times a second, on a thread of its own, which has no better place:
/// before version 3.41 SQLite asks nobody while it does an integrity_check. Once it fails, whatever
/// the watched connections do ends with SQLITE_INTERRUPT. Connections live longer than the watch.
/// Without a thread, or a question, nothing is interrupted.
class InterruptWatch {
public:
    explicit InterruptWatch(std::function<Result<>()> keep_going);
    InterruptWatch(const InterruptWatch&) = delete;
    InterruptWatch& operator=(const InterruptWatch&) = delete;
    ~InterruptWatch();

    void add(const Connection& connection);
    /// Why the run ought to stop, if it ought to.
    Result<> outcome() const;

private:
    void watch();

    std::function<Result<>()> keep_going_;
    mutable std::mutex mutex_;
    std::condition_variable over_;
    bool ended_ = false;
    std::vector<sqlite3*> watched_;
    std::optional<Error> stopped_;
    std::jthread thread_;
};

}  // namespace muster
