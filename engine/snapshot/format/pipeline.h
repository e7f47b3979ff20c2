// The threads of one encoding or decoding, and the queues between them.
#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "engine/snapshot/format/piece_queue.h"

namespace muster {

/// The first failure of any stage stops all queues and is the outcome of the whole. Whatever the
/// stages refer to is declared before the pipeline: its destructor stops and joins them.
class Pipeline {
public:
    using Stage = std::function<Result<>()>;

    Pipeline() = default;
    Pipeline(const Pipeline&) = delete;
    Pipeline& operator=(const Pipeline&) = delete;
    ~Pipeline();

    /// Only before the first start(). The reference holds as long as the pipeline.
    PieceQueue& add_queue(std::size_t room);
    /// Runs `stage` on a thread of its own; an exception it throws is an Error of the pipeline.
    Result<> start(Stage stage);
    /// Runs the last stage on this thread, then waits for the others: the first failure of all.
    /// An exception of `stage` passes through.
    Result<> run(const Stage& stage);

private:
    void stop(Error reason);
    std::mutex mutex_;
    std::optional<Error> failure_;
    std::deque<PieceQueue> queues_;
    std::vector<std::jthread> threads_;
};

}  // namespace muster
