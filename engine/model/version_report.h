// What `muster version` says.
#pragma once

#include <string>

#include "engine/base/fields.h"

namespace muster {

struct VersionReport {
    std::string muster;
    std::string sqlite;
    std::string sqlite_source;
    bool operator==(const VersionReport&) const = default;
};
template <>
struct Fields<VersionReport> {
    static constexpr std::string_view doc =
        "Versions of muster and of the SQLite library it runs with.";
    static constexpr auto list =
        FieldList{required("muster", &VersionReport::muster, "Version of muster."),
                  required("sqlite", &VersionReport::sqlite, "Version of SQLite."),
                  required("sqlite_source", &VersionReport::sqlite_source, "Source id of SQLite.")};
};

}  // namespace muster
