// What the care for databases reached in a run.
#pragma once

#include <string>
#include <vector>

#include "engine/base/fields.h"

namespace muster {

/// Targets that one entry of maintain cares for in a run.
struct Cared {
    std::string job;
    std::vector<std::string> targets;
    bool operator==(const Cared&) const = default;
};
template <>
struct Fields<Cared> {
    static constexpr std::string_view doc =
        "Targets for which an entry of maintain was due, whether there was work or not.";
    static constexpr auto list =
        FieldList{required("job", &Cared::job, "The entry, such as maintain.nightly."),
                  required("targets", &Cared::targets, "Ids of the targets.")};
};

}  // namespace muster
