// Where a snapshot lies below its store.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/time.h"

namespace muster {

/// `layout` with its words filled in: {target} {timestamp} {epoch} {yyyy} {mm} {dd}. In the name of
/// the file, below a folder named after the target, only the last part of tenants/acme counts.
std::string fill_in(std::string_view layout, std::string_view target, Time time);

/// The same as the name of an artifact: ends in .sqlite, .sqlite3 or .db, and then in `extension`;
/// what the layout itself does not give of both is added.
std::string artifact_name(std::string_view layout, std::string_view target, Time time,
                          std::string_view extension = "");

/// What lies before the last '/' of a key; empty where it has none.
inline std::string_view folder_of(std::string_view key) {
    const auto end = key.rfind('/');
    return end == std::string_view::npos ? std::string_view{} : key.substr(0, end);
}

}  // namespace muster
