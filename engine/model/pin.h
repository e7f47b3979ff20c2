// The word of a person that one snapshot stays, whatever the rules say. Documented in
// docs/formats/pin.md.
#pragma once

#include <string>

#include "engine/base/time.h"
#include "engine/model/record.h"

namespace muster {

struct Pin {
    std::string reason;
    Operator by;
    Time at{};
    bool operator==(const Pin&) const = default;
};
template <>
struct Fields<Pin> {
    static constexpr std::string_view doc =
        "The word of a person that one snapshot stays, whatever the rules say.";
    static constexpr auto list =
        FieldList{required("reason", &Pin::reason, "Why it stays, one line."),
                  required("by", &Pin::by, "Who pinned it."), required("at", &Pin::at, "UTC.")};
};

}  // namespace muster
