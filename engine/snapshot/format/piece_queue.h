// Hands pieces from one thread to one other, in order, a few at a time.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

#include "engine/snapshot/format/piece.h"

namespace muster {

class PieceQueue {
public:
    explicit PieceQueue(std::size_t room) : room_(room) {}

    /// Waits while `room` pieces lie there. Fails once the queue was stopped; whoever stopped it
    /// has the reason.
    Result<> push(Piece piece);
    /// Waits for a piece. Nothing: the queue was closed, and all were taken. Fails as push() does.
    Result<std::optional<Piece>> pop();
    /// No more pieces come.
    void close();
    /// Nobody waits any longer, and nobody needs what lies there.
    void stop();

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Piece> pieces_;
    std::size_t room_;
    bool closed_ = false;
    bool stopped_ = false;
};

}  // namespace muster
