#include "engine/snapshot/format/arrival.h"

namespace muster {

void Arrival::reached(std::uint64_t bytes) {
    const std::scoped_lock alone{mutex_};
    reached_ = bytes;
    more_.notify_all();
}

void Arrival::complete() {
    const std::scoped_lock alone{mutex_};
    if (state_ == State::under_way) state_ = State::complete;
    more_.notify_all();
}

void Arrival::abandon() {
    const std::scoped_lock alone{mutex_};
    state_ = State::abandoned;
    more_.notify_all();
}

Result<> Arrival::await(std::uint64_t bytes, std::uint64_t encoded) {
    std::unique_lock lock{mutex_};
    more_.wait(lock, [&] {
        return state_ != State::under_way || (reached_ >= bytes && encoded_ >= encoded);
    });
    if (state_ != State::abandoned) return {};
    return fail(ErrorCode::interrupted, "the copy that was encoded as it grew was given up");
}

bool Arrival::is_complete() {
    const std::scoped_lock alone{mutex_};
    return state_ == State::complete;
}

void Arrival::piece_encoded() {
    const std::scoped_lock alone{mutex_};
    ++encoded_;
    more_.notify_all();
}

}  // namespace muster
