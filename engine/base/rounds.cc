#include "engine/base/rounds.h"

namespace muster {

Result<> Rounds::join(const std::string& key, const std::function<Result<>()>& work) {
    std::unique_lock lock{mutex_};
    auto& next = next_[key];
    if (!next) next = std::make_shared<Round>();
    const auto mine = next;
    ended_.wait(lock, [&] { return mine->outcome || !under_way_.contains(key); });
    if (mine->outcome) return *mine->outcome;
    next_.erase(key);
    under_way_.insert(key);
    const auto end = [&](const Result<>& outcome) {
        lock.lock();
        under_way_.erase(key);
        mine->outcome = outcome;
        ended_.notify_all();
    };
    lock.unlock();
    try {
        auto done = work();
        end(done);
        return done;
    } catch (...) {
        end(fail(ErrorCode::internal, "the work was left by an exception"));
        throw;
    }
}

}  // namespace muster
