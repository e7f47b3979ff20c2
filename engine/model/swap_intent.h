// What a restore was about to rename, so that a later run can finish it.
#pragma once

#include <string>

#include "engine/base/fields.h"

namespace muster {

struct SwapIntent {
    std::string target;
    std::string staged;
    std::string set_aside;
    bool operator==(const SwapIntent&) const = default;
};
template <>
struct Fields<SwapIntent> {
    static constexpr std::string_view doc =
        "Written before a restore renames several files. Whoever finds it moves what is left of the target aside, and then the staged database in.";
    static constexpr auto list = FieldList{
        required("target", &SwapIntent::target, "The database."),
        required("staged", &SwapIntent::staged,
                 "The database to be, in the same folder; once it is gone the swap has happened."),
        required("set_aside", &SwapIntent::set_aside,
                 "Where the former main file goes; -wal, -shm and -journal keep their endings.")};
};

}  // namespace muster
