// The backup that stands next in line, and how it is restored.
#pragma once

#include <string>
#include <vector>

#include "engine/base/fields.h"

namespace muster {

struct OtherBackup {
    std::string artifact;
    std::vector<std::string> argv;
    bool operator==(const OtherBackup&) const = default;
};
template <>
struct Fields<OtherBackup> {
    static constexpr std::string_view doc = "Another backup, and the command that restores it.";
    static constexpr auto list =
        FieldList{required("artifact", &OtherBackup::artifact, "The artifact."),
                  required("argv", &OtherBackup::argv, "The command, word by word.")};
};

}  // namespace muster
