#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "engine/base/result.h"

namespace muster {

/// Work that many threads ask for at once and that is done once for all of them, such as the sync
/// of a folder in which each has made a file: while a round of it is under way, those who ask wait
/// for the next, which begins after they asked and so covers what they did. Safe to call from any
/// thread.
class Rounds {
public:
    /// Runs `work` for `key`, or waits for the round in which another caller of the same key does.
    /// Gives what that round gave, to each who joined it. What it throws is thrown where it ran,
    /// and is an Error for the others.
    Result<> join(const std::string& key, const std::function<Result<>()>& work);

private:
    struct Round {
        std::optional<Result<>> outcome;
    };

    std::mutex mutex_;
    std::condition_variable ended_;
    std::map<std::string, std::shared_ptr<Round>> next_;  ///< not begun yet
    std::set<std::string> under_way_;
};

}  // namespace muster
