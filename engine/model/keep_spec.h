// What survives pruning, as a policy says it.
#pragma once

#include <optional>

#include "engine/base/bytes.h"
#include "engine/base/fields.h"
#include "engine/base/time.h"

namespace muster {

// {}: so that an initialiser may name one rule and leave out the others.
struct KeepSpec {
    std::optional<int> last{};
    std::optional<int> hourly{};
    std::optional<int> daily{};
    std::optional<int> weekly{};
    std::optional<int> monthly{};
    std::optional<int> yearly{};
    std::optional<Duration> within{};
    std::optional<Duration> max_age{};
    std::optional<Bytes> max_total{};
    std::optional<int> min_count{};
    bool operator==(const KeepSpec&) const = default;
};
template <>
struct Fields<KeepSpec> {
    static constexpr std::string_view doc =
        "What survives pruning, for each target in each store. A snapshot stays when any of the rules last to within keeps it (all of them when none is given), unless a cap (max_age, max_total) removes it; pins, the newest proven snapshot and min_count stand above the caps.";
    static constexpr auto list = FieldList{
        optional("last", &KeepSpec::last, "The newest so many snapshots."),
        optional("hourly", &KeepSpec::hourly,
                 "The newest of each of the newest so many hours that have one."),
        optional(
            "daily", &KeepSpec::daily,
            "The newest of each of the newest so many days (policy's time zone) that have one."),
        optional("weekly", &KeepSpec::weekly, "The same with ISO weeks."),
        optional("monthly", &KeepSpec::monthly, "The same with months."),
        optional("yearly", &KeepSpec::yearly, "The same with years."),
        optional("within", &KeepSpec::within,
                 "All that are less than so much older than the newest one that counts."),
        optional("max_age", &KeepSpec::max_age,
                 "Nothing older stays, whatever the rules above say."),
        optional("max_total", &KeepSpec::max_total,
                 "The oldest go until those that stay have at most so many bytes."),
        optional("min_count", &KeepSpec::min_count,
                 "The newest so many good snapshots stay, whatever the caps and rules say.")};
};

}  // namespace muster
