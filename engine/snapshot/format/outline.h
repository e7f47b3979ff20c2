// What an artifact's first bytes say of it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/file.h"
#include "engine/model/policy/protect_spec.h"

namespace muster {

/// How every file of changes begins, whatever its version; docs/formats/delta.md.
inline constexpr std::string_view delta_mark = "mstrdlt";

struct Outline {
    std::optional<Compression> compression;  ///< unknown below a seal
    std::optional<std::string> key_id;       ///< of the key that opens the seal, where there is one
    bool delta = false;                      ///< only what changed; unknown below a seal
};

/// Reads a few bytes and decodes nothing. ErrorCode::damaged for an empty file and a broken seal
/// header, not_available for a seal of a newer version.
Result<Outline> outline_of(const File& artifact);

}  // namespace muster
