// What a check's one value must be: "1", ">= 10000", "!= 0", "ok".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/text_form.h"

namespace muster {

struct Expectation {
    enum class Relation { equal, not_equal, less, at_most, greater, at_least };
    Relation relation = Relation::equal;
    std::string value;

    bool operator==(const Expectation&) const = default;
};

/// Numbers are compared as numbers when both sides are numbers; equal and not_equal also compare
/// text. An ordering of something that is no number is not met.
bool meets(const Expectation& expectation, std::string_view actual);

template <>
struct TextForm<Expectation> {
    static std::optional<Expectation> parse(std::string_view text);
    static std::string format(const Expectation& expectation);
    static constexpr std::string_view pattern = "\\S";
    static constexpr std::string_view example = "a value, or a comparison such as \">= 10000\"";
};

}  // namespace muster
