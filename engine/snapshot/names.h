// The names of the files that make a snapshot, and of those that exist while it is being made.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "engine/base/file.h"
#include "engine/model/snapshot_format.h"

namespace muster {

inline constexpr std::string_view manifest_suffix = ".manifest.json";

inline constexpr std::string_view pin_suffix = ".pin";
inline constexpr std::string_view checksum_suffix = ".sha256";

/// Beside `artifact`: its manifest, its pin, its file for sha256sum -c, and the hidden files of a
/// run at work on it.
inline fs::path manifest_of(const fs::path& artifact) {
    return artifact.string() + std::string{manifest_suffix};
}
inline fs::path pin_of(const fs::path& artifact) {
    return artifact.string() + std::string{pin_suffix};
}
inline fs::path checksum_file_of(const fs::path& artifact) {
    return artifact.string() + std::string{checksum_suffix};
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

}  // namespace muster
