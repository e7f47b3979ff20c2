#include "engine/plan/keep_rules.h"

#include <fmt/format.h>

#include <array>

namespace muster {
namespace {

/// A bucket: snapshots are in the same one when their periods are equal.
struct Period {
    std::int64_t number = 0;
    std::chrono::seconds offset{};  ///< from UTC; of hours only
    bool operator==(const Period&) const = default;
};

struct LocalClock {
    LocalTime time;
    std::chrono::seconds offset;

    std::chrono::local_days day() const { return std::chrono::floor<std::chrono::days>(time); }
    std::chrono::year_month_day date() const { return std::chrono::year_month_day{day()}; }
};

std::int64_t number_of(std::chrono::year year) {
    return static_cast<int>(year);
}

Period hour_of(const LocalClock& clock) {
    const auto hour = std::chrono::floor<std::chrono::hours>(clock.time);
    return {hour.time_since_epoch().count(), clock.offset};
}
Period day_of(const LocalClock& clock) {
    return {clock.day().time_since_epoch().count(), {}};
}
/// ISO weeks are the weeks that begin on a Monday: the year they are counted to changes nothing.
Period week_of(const LocalClock& clock) {
    const auto day = clock.day();
    const auto monday = day - (std::chrono::weekday{day} - std::chrono::Monday);
    return {monday.time_since_epoch().count(), {}};
}
Period month_of(const LocalClock& clock) {
    const auto date = clock.date();
    return {number_of(date.year()) * 12 + static_cast<unsigned>(date.month()), {}};
}
Period year_of(const LocalClock& clock) {
    return {number_of(clock.date().year()), {}};
}

struct CalendarRule {
    std::string_view name;
    std::optional<int> KeepSpec::*count;
    Period (*period_of)(const LocalClock&);
};
constexpr std::array calendar_rules{
    CalendarRule{"hourly", &KeepSpec::hourly, hour_of},
    CalendarRule{"daily", &KeepSpec::daily, day_of},
    CalendarRule{"weekly", &KeepSpec::weekly, week_of},
    CalendarRule{"monthly", &KeepSpec::monthly, month_of},
    CalendarRule{"yearly", &KeepSpec::yearly, year_of},
};

bool has_calendar_rule(const KeepSpec& keep) {
    for (const auto& rule : calendar_rules)
        if (keep.*rule.count) return true;
    return false;
}

void keep_last(int count, std::vector<Reasons>& out) {
    for (std::size_t i = 0; i < out.size() && std::cmp_less(i, count); ++i)
        out[i].push_back({"last", fmt::format("last {} of {}", i + 1, count)});
}

void keep_newest_of_each(const CalendarRule& rule, int count, const std::vector<LocalClock>& clocks,
                         std::vector<Reasons>& out) {
    std::optional<Period> last;
    int used = 0;
    for (std::size_t i = 0; i < clocks.size() && used < count; ++i) {
        const Period period = rule.period_of(clocks[i]);
        if (period != last)
            out[i].push_back(
                {std::string{rule.name}, fmt::format("{} {} of {}", rule.name, ++used, count)});
        else if (i + 1 == clocks.size())
            out[i].push_back(
                {std::string{rule.name},
                 fmt::format("{}: the oldest, while the rule has counts left", rule.name)});
        last = period;
    }
}

void keep_within(Duration within, const std::vector<const SnapshotFacts*>& counted,
                 std::vector<Reasons>& out) {
    const Reason reason{"within", fmt::format("within {}", spell_duration(within))};
    for (std::size_t i = 0; i < counted.size(); ++i) {
        if (counted.front()->created_at - counted[i]->created_at >= within) return;
        out[i].push_back(reason);
    }
}

}  // namespace

bool has_keep_rule(const KeepSpec& keep) {
    return keep.last || has_calendar_rule(keep) || keep.within;
}

std::vector<Reasons> keep_reasons(const KeepSpec& keep, const Zone& zone,
                                  const std::vector<const SnapshotFacts*>& counted) {
    if (!has_keep_rule(keep))
        return std::vector<Reasons>(counted.size(), {{"no_rule", "no keep rule is given"}});
    std::vector<Reasons> out(counted.size());
    if (keep.last) keep_last(*keep.last, out);
    if (has_calendar_rule(keep)) {
        std::vector<LocalClock> clocks;
        clocks.reserve(counted.size());
        for (const auto* snapshot : counted)
            clocks.push_back(
                {local_of(zone, snapshot->created_at), offset_at(zone, snapshot->created_at)});
        for (const auto& rule : calendar_rules)
            if (keep.*rule.count) keep_newest_of_each(rule, *(keep.*rule.count), clocks, out);
    }
    if (keep.within) keep_within(*keep.within, counted, out);
    return out;
}

}  // namespace muster
