// Numbers that are near enough: "10..20", "100 +- 5", "100 +- 5%".
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace muster {

/// Both ends belong to it.
struct NumberRange {
    long double low = 0;
    long double high = 0;
    bool exact = true;  ///< its ends are as written, or whole numbers
    std::string text;   ///< with "+-" for the sign, and blanks around that alone
};

/// Nothing for what is none, such as "v1..v2". The ends may be in the wrong order.
std::optional<NumberRange> parse_between(std::string_view text);
/// The same; what may be more or less is given as a number, or in percent of the first.
std::optional<NumberRange> parse_around(std::string_view text);

/// False for what is no number. Decimals that a sum of decimals cannot tell apart are equal.
bool holds(const NumberRange& range, std::string_view number);

}  // namespace muster
