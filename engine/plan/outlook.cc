#include "engine/plan/outlook.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace muster {
namespace {

constexpr std::size_t fewest_measured = 3;
constexpr double seconds_a_day = 86'400;
constexpr double seconds_in_ten_years = 3652.5 * seconds_a_day;
/// What a double still counts by ones; no restore takes so long.
constexpr double largest_value = 9e15;

struct MeasuredPoint {
    double at;  ///< seconds after `now`
    double value;
};

struct MeasuredLine {
    double now;      ///< its value at `now`; where it falls, at the newest point
    double per_day;  ///< 0 where it falls, or grows by less than one in two days
};

double median_of(std::vector<double>& values) {
    const auto middle = values.begin() + std::ssize(values) / 2;
    std::ranges::nth_element(values, middle);
    if (values.size() % 2 == 1) return *middle;
    return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

/// By repeated medians (A. F. Siegel, "Robust Regression Using Repeated Medians", Biometrika 69,
/// 1982): the median over the points of each point's median slope to all others. Nearly half of
/// the points may be wild. One busy night draws a line of least squares away with it; the slope
/// of Theil and Sen bears 29 of 100, which of four measurements is not even one.
std::optional<MeasuredLine> line_through(const std::vector<MeasuredPoint>& points) {
    if (points.size() < fewest_measured) return std::nullopt;
    const auto [first, last] = std::ranges::minmax(points, {}, &MeasuredPoint::at);
    if (last.at - first.at < seconds_a_day) return std::nullopt;
    std::vector<double> slopes, inner;
    for (const auto& one : points) {
        inner.clear();
        for (const auto& other : points)
            if (one.at != other.at)
                inner.push_back((other.value - one.value) / (other.at - one.at));
        slopes.push_back(median_of(inner));
    }
    const double slope = median_of(slopes);
    // What has become faster is not taken to become so without end.
    const double until = slope < 0 ? last.at : 0;
    std::vector<double> levels;
    for (const auto& point : points) levels.push_back(point.value - slope * (point.at - until));
    const auto per_day = std::min(slope * seconds_a_day, largest_value);
    return MeasuredLine{std::clamp(median_of(levels), 0.0, largest_value),
                        per_day < 0.5 ? 0 : per_day};
}

MeasuredPoint point_of(const RestoreMeasured& one, double value, Time now) {
    return {static_cast<double>(one.at.time_since_epoch().count()) -
                static_cast<double>(now.time_since_epoch().count()),
            std::clamp(value, 0.0, largest_value)};
}

Duration milliseconds_of(double value) {
    return Duration{std::llround(value)};
}

std::string growth_told(const std::vector<RestoreMeasured>& measured, Time now) {
    std::vector<MeasuredPoint> points;
    for (const auto& one : measured)
        if (one.bytes.count > 0)
            points.push_back(point_of(one, static_cast<double>(one.bytes.count), now));
    const auto line = line_through(points);
    if (!line || line->per_day == 0) return "";
    return fmt::format(" (the database grows by {} a day)",
                       spell_bytes(Bytes{static_cast<std::uint64_t>(line->per_day)}));
}

std::string told_of(const Outlook& outlook, Duration objective, Duration newest,
                    const std::string& growth) {
    const auto wanted = "the objective of " + spell_duration(objective);
    const auto expected = spell_duration(outlook.expected);
    if (newest > objective && outlook.expected <= objective)
        return fmt::format("restores take {} as a rule, but the last took {}: {} is missed",
                           expected, spell_duration(newest), wanted);
    const auto pace = outlook.per_day == Duration::zero()
                          ? std::string{"no longer than they did"}
                          : spell_duration(outlook.per_day) + " longer each day" + growth;
    auto out = fmt::format("restores take {} now, {}: {} ", expected, pace, wanted);
    if (newest > objective) return out + "is missed";
    if (outlook.expected > objective)
        return out + fmt::format("is reached, though the last took {}", spell_duration(newest));
    if (outlook.misses_at)
        return out + "will be missed about " + format_time(*outlook.misses_at).substr(0, 10);
    return out + (outlook.per_day == Duration::zero() ? "holds" : "holds for ten years and more");
}

}  // namespace

std::optional<Outlook> outlook_of(const std::vector<RestoreMeasured>& measured, Duration objective,
                                  Time now) {
    std::vector<RestoreMeasured> known;
    std::vector<MeasuredPoint> points;
    for (const auto& one : measured) {
        if (one.at > now) continue;  // a clock was wrong
        known.push_back(one);
        points.push_back(point_of(one, static_cast<double>(one.took.count()), now));
    }
    const auto line = line_through(points);
    if (!line) return std::nullopt;
    const auto [oldest, newest] = std::ranges::minmax(known, {}, &RestoreMeasured::at);
    Outlook out;
    out.measurements = static_cast<int>(known.size());
    out.since = oldest.at;
    out.expected = milliseconds_of(line->now);
    out.per_day = milliseconds_of(line->per_day);
    if (out.expected > objective || newest.took > objective) {
        out.misses_at = now;
    } else if (line->per_day > 0) {
        const auto left = std::max(0.0, static_cast<double>(objective.count()) - line->now);
        const auto seconds = left / line->per_day * seconds_a_day;
        if (seconds <= seconds_in_ten_years)
            out.misses_at = now + std::chrono::seconds{std::llround(seconds)};
    }
    const auto grows = out.per_day > Duration::zero();
    out.told = told_of(out, objective, newest.took, grows ? growth_told(known, now) : "");
    return out;
}

}  // namespace muster
