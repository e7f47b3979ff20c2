#include "engine/base/shared_host.h"

#include <algorithm>

namespace muster {

Host SharedHost::for_one() {
    Host out = host_;
    out.now = [this] {
        const std::scoped_lock alone{mutex_};
        return host_.now();
    };
    out.keep_going = [this] { return keep_going(); };
    out.progress = [this, before = std::uint64_t{0}](std::string_view, std::uint64_t done,
                                                     std::uint64_t) mutable {
        const std::scoped_lock alone{mutex_};
        read_ += done - before;
        before = done;
        host_.progress(what_, std::min(read_, total_), total_);
    };
    return out;
}

Result<> SharedHost::keep_going() {
    const std::scoped_lock alone{mutex_};
    if (stopped_) return Failure(*stopped_);
    auto may = host_.keep_going();
    if (!may) stopped_ = may.error();
    return may;
}

}  // namespace muster
