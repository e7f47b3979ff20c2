// What was made of parts of a file lately, so that it need not be made again.
#pragma once

#include <algorithm>
#include <deque>
#include <memory>
#include <mutex>

#include "engine/snapshot/format/piece.h"

namespace muster {

/// The last `most` bytes, or two pieces where that is more. For several threads.
class MadePieces {
public:
    using Content = std::shared_ptr<const Piece>;

    explicit MadePieces(Bytes most) : most_bytes_(most.count) {}

    /// Of the part of that number; nothing where it is to be made (again).
    Content find(std::size_t part) {
        const std::lock_guard lock{mutex_};
        const auto found = std::ranges::find(kept_, part, &Made::part);
        if (found == kept_.end()) return nullptr;
        std::rotate(kept_.begin(), found, found + 1);
        return kept_.front().content;
    }
    void keep(std::size_t part, Content content) {
        const std::lock_guard lock{mutex_};
        if (std::ranges::find(kept_, part, &Made::part) != kept_.end()) return;
        bytes_ += content->size();
        kept_.push_front({part, std::move(content)});
        while (kept_.size() > 2 && bytes_ > most_bytes_) {
            bytes_ -= kept_.back().content->size();
            kept_.pop_back();
        }
    }

private:
    struct Made {
        std::size_t part;
        Content content;
    };
    const std::uint64_t most_bytes_;
    std::mutex mutex_;
    std::deque<Made> kept_;  ///< the latest first
    std::size_t bytes_ = 0;
};

}  // namespace muster
