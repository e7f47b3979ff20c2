// What a drill asks of a backup and of its restored copy beyond what the checks of a database do.
#pragma once

#include <optional>
#include <string>

#include "engine/base/file.h"
#include "engine/base/host.h"
#include "engine/model/finding.h"
#include "engine/model/manifest.h"

namespace muster {

/// Finding `volume_id`: the backup is of the volume that is meant. Unchecked without a manifest.
Finding judge_volume_id(const std::optional<Manifest>& manifest, const std::string& expected,
                        const std::string& subject);

/// Finding `owner`: the restored file has the mode that the manifest tells, and, where muster may
/// give files away, the owner and group. Unchecked where the manifest tells none.
Result<Finding> judge_owner(const fs::path& restored, const Manifest& manifest);

/// Finding `same_content`: every byte of the restored file against the manifest.
Result<Finding> judge_bytes(const fs::path& restored, const Manifest& manifest);

/// Finding `equality`: what a reader sees who opens the restored database, with every log that lies
/// beside it, against what `sound`, a database file without a log, holds; row by row. One that
/// cannot be read through is bad. Neither file is touched.
Result<Finding> judge_rows(const fs::path& restored, const fs::path& sound, const Host& host);

}  // namespace muster
