// Why something is as it is: a stable name for programs, a sentence for people.
#pragma once

#include <string>

#include "engine/base/fields.h"

namespace muster {

struct Reason {
    std::string code;
    std::string text;
    bool operator==(const Reason&) const = default;
};
template <>
struct Fields<Reason> {
    static constexpr std::string_view doc = "Why something is as it is.";
    static constexpr auto list =
        FieldList{required("code", &Reason::code, "Stable name of the reason."),
                  required("text", &Reason::text, "One sentence.")};
};

}  // namespace muster
