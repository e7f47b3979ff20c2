// The file beside an artifact that `sha256sum -c` reads, run in the artifact's folder.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/file.h"

namespace muster {

/// Digest, two spaces, name; a name with a backslash or a line break is escaped as GNU coreutils
/// does (https://www.gnu.org/software/coreutils/manual/html_node/cksum-output-modes.html).
std::string checksum_line(const Sha256& checksum, std::string_view name);

/// What the file beside `artifact` says of it; also one that others wrote: with the mark of
/// binary mode, a path before the name, in the form of --tag, or a digest alone. Nothing when there
/// is no such file; ErrorCode::manifest_mismatch when it does not tell of this artifact.
Result<std::optional<Sha256>> read_checksum_file(const fs::path& artifact);

}  // namespace muster
