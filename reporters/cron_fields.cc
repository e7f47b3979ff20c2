#include "reporters/cron_fields.h"

#include <fmt/format.h>

#include "reporters/value_list.h"

namespace muster {
namespace {

std::string field(const std::vector<int>& values, int first, int last, bool star) {
    if (values.empty()) return star ? "*" : fmt::format("{}-{}", first, last);
    if (const int step = step_of(values, first, last))
        return star ? fmt::format("*/{}", step) : fmt::format("{}-{}/{}", first, last, step);
    return value_list(values, {"-", 1});
}

}  // namespace

std::string cron_fields(const Firing& firing) {
    // */2 in a day field would make cron ask for both days; a list never does.
    const auto day = firing.days.empty() ? "*" : value_list(firing.days, {"-", 1});
    const auto weekday = firing.weekdays.empty() ? "*" : value_list(firing.weekdays, {"-", 1});
    return fmt::format("{} {} {} {} {}", field(firing.minutes, 0, 59, firing.real_clock),
                       field(firing.hours, 0, 23, firing.real_clock), day,
                       field(firing.months, 1, 12, true), weekday);
}

}  // namespace muster
