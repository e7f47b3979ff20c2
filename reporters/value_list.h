// Lists of numbers as timers write them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace muster {

struct ValueStyle {
    std::string_view range;  ///< between the ends of a run of values: "-" or ".."
    int width = 1;           ///< digits at least
};

/// "1-5", "0,30", "10,14-16": runs of three and more as ranges. `values` ascend and are not empty.
std::string value_list(const std::vector<int>& values, const ValueStyle& style);

/// The distance between the values where they are `first`, `first` + n, … for all of the field up
/// to `last`, with n of 2 or more; 0 otherwise.
int step_of(const std::vector<int>& values, int first, int last);

}  // namespace muster
