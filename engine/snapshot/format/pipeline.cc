#include "engine/snapshot/format/pipeline.h"

#include <fmt/format.h>

#include <exception>
#include <system_error>

namespace muster {

Pipeline::~Pipeline() {
    stop({ErrorCode::internal, "the work was left", {}, {}});
    threads_.clear();
}

PieceQueue& Pipeline::add_queue(std::size_t room) {
    return queues_.emplace_back(room);
}

Result<> Pipeline::start(Stage stage) {
    try {
        threads_.emplace_back([this, work = std::move(stage)] {
            try {
                if (auto done = work(); !done) stop(std::move(done).error());
            } catch (const std::exception& thrown) {
                stop({ErrorCode::internal, thrown.what(), "report this fault of muster", {}});
            }
        });
    } catch (const std::system_error& refused) {
        return fail(ErrorCode::io,
                    fmt::format("cannot start a thread: {}", refused.code().message()),
                    "raise the limit of processes (ulimit -u) or end some");
    }
    return {};
}

Result<> Pipeline::run(const Stage& stage) {
    if (auto done = stage(); !done) stop(std::move(done).error());
    threads_.clear();
    if (failure_) return Failure(*std::move(failure_));
    return {};
}

void Pipeline::stop(Error reason) {
    {
        const std::lock_guard lock{mutex_};
        if (!failure_) failure_ = std::move(reason);
    }
    for (auto& queue : queues_) queue.stop();
}

}  // namespace muster
