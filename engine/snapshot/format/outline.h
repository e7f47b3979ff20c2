// What an artifact's first bytes say of it.
#pragma once

#include <optional>
#include <string>

#include "engine/base/file.h"
#include "engine/model/policy/protect_spec.h"

namespace muster {

struct Outline {
    std::optional<Compression> compression;  ///< unknown below a seal
    std::optional<std::string> key_id;       ///< of the key that opens the seal, where there is one
};

/// Reads a few bytes and decodes nothing. ErrorCode::damaged for an empty file and a broken seal
/// header, not_available for a seal of a newer version.
Result<Outline> outline_of(const File& artifact);

}  // namespace muster
