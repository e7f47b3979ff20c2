// A look at one backup: what it is, whether its bytes are those of its manifest, whether they are
// a sound database, and whether this version may restore it.
#pragma once

#include "engine/base/host.h"
#include "engine/model/inspection.h"
#include "engine/model/policy.h"

namespace muster {

struct InspectOptions {
    Depth depth = Depth::full;
    std::optional<std::int64_t> supported_schema;
    std::vector<CheckSpec> checks;
};

/// Findings in this order: manifest, checksum, tool_version, schema_version, then those of
/// verify_database() and one `check` for each policy question. A bad backup is an Inspection, not
/// an Error; Errors are not_found, not_a_file, permission_denied, io and interrupted.
Result<Inspection> inspect_backup(const fs::path& artifact, const InspectOptions& options,
                                  const Host& host);

/// Why this backup must not be restored: the first failing finding as an Error (manifest_mismatch,
/// newer_tool_major, newer_schema, unfinished_snapshot, else damaged). Success when it may be.
Result<> require_restorable(const Inspection& inspection);

}  // namespace muster
