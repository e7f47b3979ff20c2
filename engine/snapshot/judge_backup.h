// What one look at a backup's bytes and side files means, one finding each. Nothing is read here.
#pragma once

#include <optional>

#include "engine/base/result.h"
#include "engine/model/inspection.h"
#include "engine/snapshot/format/decode.h"

namespace muster {

/// `unreadable` is why the manifest that lies there cannot be read; `under_way`: a live run commits
/// or removes it.
Finding judge_manifest(const Inspection& seen, const std::optional<Error>& unreadable,
                       bool under_way);

/// Of a snapshot of changes: `broken` is why those it is told by are not there as they were;
/// `read`: all their bytes were looked at.
Finding judge_reference(const Inspection& seen, const std::optional<Error>& broken, bool read);

/// Against the manifest; without one against what the .sha256 file told.
Finding judge_checksum(const Inspection& seen, const Result<std::optional<Sha256>>& told);

/// The .sha256 file against the manifest: nothing where there is none and none is missed, or where
/// it stood for the manifest.
std::optional<Finding> judge_checksum_file(const Inspection& seen,
                                           const Result<std::optional<Sha256>>& told);

Finding judge_tool_version(const Manifest& manifest, const std::string& subject,
                           std::string_view running);
Finding judge_schema_version(const Manifest& manifest, const std::string& subject,
                             std::int64_t supported);

/// What the decoding showed, against what the manifest tells of it.
Finding judge_content(const Inspection& seen, const Decoded& decoded);
/// Why it could not be decoded: code key for want of one, else content.
Finding judge_undecoded(const Inspection& seen, const Error& error);

}  // namespace muster
