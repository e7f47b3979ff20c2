#include "engine/plan/reread.h"

#include <algorithm>

namespace muster {

Reread reread_of(const SnapshotGroup& group, Duration within, Time now) {
    const auto period = std::chrono::floor<std::chrono::seconds>(within);
    Reread out;
    out.oldest = now;
    std::optional<Time> newest;
    for (const auto* each : group) {
        if (each->state != SnapshotState::complete || each->known_bad || each->created_at > now)
            continue;
        const auto read = std::min(each->last_read(), now);
        out.bytes += each->bytes;
        if (now - read <= period) out.current += each->bytes;
        out.oldest = std::min(out.oldest, read);
        newest = std::max(newest.value_or(read), read);
        if (now - read > period / 2) out.due.push_back(each);
    }
    if (out.due.empty()) return out;
    std::ranges::stable_sort(out.due, {}, &SnapshotFacts::last_read);
    const auto passed = static_cast<double>((now - *newest).count());
    const auto share = static_cast<double>(out.bytes.count) * 2 * passed /
                       static_cast<double>(std::max<std::int64_t>(1, period.count()));
    double chosen = 0;
    std::size_t count = 0;
    while (count < out.due.size() && (count == 0 || chosen < share))
        chosen += static_cast<double>(out.due[count++]->bytes.count);
    out.due.resize(count);
    return out;
}

}  // namespace muster
