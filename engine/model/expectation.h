// What a check's one value must be: "1", ">= 10000", "!= 0", "ok", "10..20", "100 +- 5%", "~
// ^v[0-9]+$".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/text_form.h"

namespace muster {

struct Expectation {
    enum class Relation {
        equal,
        not_equal,
        less,
        at_most,
        greater,
        at_least,
        between,  ///< "10..20", both included
        around,   ///< "100 +- 5" or "100 +- 5%", also with the sign of typographers
        matches   ///< "~ REGEX": found anywhere in the value; text_pattern.h has what it may be
    };
    Relation relation = Relation::equal;
    std::string value;

    bool operator==(const Expectation&) const = default;
};

/// Numbers are compared as numbers when both sides are numbers; equal and not_equal also compare
/// text. An ordering or a range of something that is no number is not met.
bool meets(const Expectation& expectation, std::string_view actual);

/// A range whose ends are in the wrong order, a tolerance below zero and a bad regular expression
/// are no expectation; a text that only looks like one of them ("v1..v2") is equal to itself.
/// "== 10..20" is that text.
template <>
struct TextForm<Expectation> {
    static std::optional<Expectation> parse(std::string_view text);
    static std::string format(const Expectation& expectation);
    static constexpr std::string_view pattern = "\\S";
    static constexpr std::string_view example =
        "a value, or what it must be like: \">= 10000\", \"10..20\", \"100 +- 5%\", \"~ ^v[0-9]+$\"";
};

}  // namespace muster
