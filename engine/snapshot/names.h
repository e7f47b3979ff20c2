// The names of the files that make a snapshot, and of those that exist while it is being made.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "engine/base/file.h"
#include "engine/base/time.h"

namespace muster {

inline constexpr std::string_view manifest_suffix = ".manifest.json";

inline constexpr std::string_view pin_suffix = ".pin";

/// Beside `artifact`: its manifest, its pin, and the hidden files of a run at work on it.
inline fs::path manifest_of(const fs::path& artifact) {
    return artifact.string() + std::string{manifest_suffix};
}
inline fs::path pin_of(const fs::path& artifact) {
    return artifact.string() + std::string{pin_suffix};
}
inline fs::path hidden_beside(const fs::path& file, std::string_view suffix) {
    return file.parent_path() / ("." + file.filename().string() + std::string{suffix});
}
inline constexpr std::string_view claim_suffix = ".muster-claim";  ///< locked by the run at work
inline constexpr std::string_view partial_suffix = ".muster-partial";  ///< the copy being made
inline constexpr std::string_view intent_suffix =
    ".muster-intent";  ///< the manifest about to be committed
inline constexpr std::string_view swap_suffix = ".muster-swap";  ///< the intent of a restore
inline constexpr std::string_view staged_suffix =
    ".muster-restoring";  ///< the database about to be swapped in

/// What SQLite keeps beside a database; each is named by its path and one of these.
inline constexpr std::array<std::string_view, 3> sqlite_sidecars{"-wal", "-shm", "-journal"};

/// `layout` with its words filled in and ".sqlite" added, unless it ends in .sqlite, .sqlite3 or
/// .db. Words: {target} {timestamp} {yyyy} {mm} {dd}.
std::string expand_layout(std::string_view layout, std::string_view target, Time time);

}  // namespace muster
