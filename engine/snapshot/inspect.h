// A look at one backup: what it is, whether its bytes are those of its manifest, whether they are
// a sound database, and whether this version may restore it.
#pragma once

#include <functional>

#include "engine/base/host.h"
#include "engine/model/inspection.h"
#include "engine/model/key_place.h"
#include "engine/model/policy.h"
#include "engine/snapshot/examine.h"
#include "engine/snapshot/read_back.h"

namespace muster {

struct InspectOptions {
    Depth depth = Depth::full;
    std::optional<std::int64_t> supported_schema;
    std::vector<CheckSpec> checks;
    std::vector<KeyPlace> keys;  ///< where the keys lie that may open an encrypted one
    /// A new file for the content: what is looked at is then that file, and it stays where the
    /// backup may be restored.
    std::optional<fs::path> stage;
    std::function<void()> decoded =
        {};  ///< called when the content is there, before it is examined
    /// What is known of the content already, for whoever examined it on its way into the artifact:
    /// an artifact that still decodes to those very bytes is not examined again.
    const Examination* examined = nullptr;
    bool alone = false;  ///< at depth checksum: its own bytes only, not those it is told by
    /// What this run has read already, for whoever took the snapshot: while nobody touches it, its
    /// bytes are not read again.
    const ReadBack* read_back = nullptr;
};

/// Findings in this order: manifest, reference (of one that holds only changes), checksum,
/// checksum_file, tool_version, schema_version, key or content, then those of verify_database() and
/// one `check` for each policy question; an encoded artifact is decoded into a private file for
/// them. Depth checksum reads bytes only, of the artifact and of those it is told by, and needs no
/// key. A bad backup is an
/// Inspection, not an Error; Errors are not_found, not_a_file, permission_denied, io and
/// interrupted.
Result<Inspection> inspect_backup(const fs::path& artifact, const InspectOptions& options,
                                  const Host& host);

/// Why this backup must not be restored: the first failing finding as an Error (manifest_mismatch,
/// newer_tool_major, newer_schema, key_missing, unfinished_snapshot, else damaged). Success when it
/// may be.
Result<> require_restorable(const Inspection& inspection);

}  // namespace muster
