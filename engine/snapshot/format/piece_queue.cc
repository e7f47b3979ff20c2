#include "engine/snapshot/format/piece_queue.h"

namespace muster {
namespace {

Failure stopped() {
    return fail(ErrorCode::internal, "the work was stopped");
}

}  // namespace

Result<> PieceQueue::push(Piece piece) {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return stopped_ || pieces_.size() < room_; });
    if (stopped_) return stopped();
    pieces_.push_back(std::move(piece));
    changed_.notify_all();
    return {};
}

Result<std::optional<Piece>> PieceQueue::pop() {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return stopped_ || closed_ || !pieces_.empty(); });
    if (stopped_) return stopped();
    if (pieces_.empty()) return std::optional<Piece>{};
    std::optional<Piece> piece{std::move(pieces_.front())};
    pieces_.pop_front();
    changed_.notify_all();
    return piece;
}

void PieceQueue::close() {
    const std::lock_guard lock{mutex_};
    closed_ = true;
    changed_.notify_all();
}

void PieceQueue::stop() {
    const std::lock_guard lock{mutex_};
    stopped_ = true;
    changed_.notify_all();
}

}  // namespace muster
