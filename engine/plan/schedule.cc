#include "engine/plan/schedule.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "engine/base/digest.h"
#include "engine/plan/schedule_slots.h"

namespace muster {
namespace {

using std::chrono::seconds;

/// A schedule's runs as they start for one key.
class Starts {
public:
    Starts(const ScheduleSpec& schedule, const Calendar& calendar, std::string_view key)
        : slots_(schedule, calendar) {
        if (!schedule.jitter) return;
        jitter_ = std::clamp(std::chrono::floor<seconds>(*schedule.jitter), seconds{0},
                             seconds{schedule_horizon});
        const auto digest = sha256_of(key).hex();
        std::from_chars(digest.data(), digest.data() + 8, share_, 16);
    }

    /// What is in proportion keeps its order: a later run never starts earlier.
    Time start_of(Time run) const {
        const auto closed = slots_.open_times().first_closed(run, run + jitter_);
        return run + part_of(closed ? *closed - run : jitter_);
    }

    std::optional<Time> next(Time after) const {
        const auto until = after + schedule_horizon;
        auto run = slots_.first(after + one_second - part_of(jitter_), until);
        while (run && start_of(*run) <= after) run = slots_.first(*run + one_second, until);
        return run ? std::optional{start_of(*run)} : std::nullopt;
    }

    std::optional<Time> latest(Time at) const {
        const auto from = at - schedule_horizon;
        auto run = slots_.last(from, at);
        while (run && start_of(*run) > at) run = slots_.last(from, *run - one_second);
        return run ? std::optional{start_of(*run)} : std::nullopt;
    }

private:
    seconds part_of(seconds room) const {
        return seconds{
            static_cast<std::int64_t>((static_cast<std::uint64_t>(room.count()) * share_) >> 32U)};
    }

    Slots slots_;
    seconds jitter_{0};
    std::uint32_t share_ = 0;  ///< of the jitter, in parts of 2^32
};

}  // namespace

std::optional<Time> next_run(const ScheduleSpec& schedule, const Calendar& calendar, Time after,
                             std::string_view key) {
    return Starts(schedule, calendar, key).next(after);
}

std::optional<Time> latest_run(const ScheduleSpec& schedule, const Calendar& calendar, Time at,
                               std::string_view key) {
    return Starts(schedule, calendar, key).latest(at);
}

Due due_at(const ScheduleSpec& schedule, const Calendar& calendar, std::optional<Time> last,
           Time at) {
    const Slots slots(schedule, calendar);
    const bool ever = last && *last <= at;
    const Time began = ever ? *last : Time::min();
    const auto slot = slots.last(at - schedule_horizon, at);
    const auto horizon = at + schedule_horizon;
    const auto next_slot = slots.first(at + one_second, horizon);
    if (ever && (!slot || began >= *slot)) return {false, std::nullopt, next_slot};

    auto may_begin_until = horizon;
    if (schedule.catch_up == CatchUp::skip)
        may_begin_until = slot ? *slot + skip_grace : at - one_second;
    const auto begins = slots.open_times().first_open(at, may_begin_until);
    if (!begins) return {false, std::nullopt, next_slot};
    const bool now = *begins == at;
    return {now, ever ? slot : std::nullopt, now ? next_slot : begins};
}

std::optional<Duration> longest_gap(const ScheduleSpec& schedule, const Calendar& calendar,
                                    Time from, Duration length) {
    const Slots slots(schedule, calendar);
    const auto until = from + std::chrono::floor<seconds>(length);
    std::optional<Duration> longest;
    auto run = slots.first(from, until);
    while (run) {
        const auto next = slots.first(*run + one_second, until);
        if (!next) break;
        longest = std::max<Duration>(longest.value_or(Duration{0}), *next - *run);
        run = next;
    }
    return longest;
}

}  // namespace muster
