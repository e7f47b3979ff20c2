// What a look at one backup found: the preflight of a restore.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/model/finding.h"
#include "engine/model/manifest.h"

namespace muster {

enum class BackupState { complete, legacy, unfinished };
template <>
struct Names<BackupState> {
    static constexpr std::array list{
        std::pair{BackupState::complete, std::string_view{"complete"}},
        std::pair{BackupState::legacy, std::string_view{"legacy"}},
        std::pair{BackupState::unfinished, std::string_view{"unfinished"}}};
};

struct Inspection {
    std::string backup;
    BackupState state = BackupState::complete;
    Bytes bytes;
    Sha256 checksum;
    std::optional<Compression> compression;
    std::optional<std::string> key_id;
    std::optional<Manifest> manifest;
    std::vector<std::string> told_by;
    std::optional<std::string> pinned;
    Depth depth = Depth::full;
    Findings findings;
    bool restorable = false;

    bool operator==(const Inspection&) const = default;
};
template <>
struct Fields<Inspection> {
    static constexpr std::string_view doc = "What a look at one backup found.";
    static constexpr auto list = FieldList{
        required("backup", &Inspection::backup, "Path of the artifact."),
        required("state", &Inspection::state,
                 "complete; legacy without a manifest; unfinished when its run died."),
        required("bytes", &Inspection::bytes, "Length of the artifact."),
        required("checksum", &Inspection::checksum, "SHA-256 of the artifact as read now."),
        optional(
            "compression", &Inspection::compression,
            "As its content shows; left out where it was not decoded: at depth checksum, or without its key."),
        optional("key_id", &Inspection::key_id, "The key it is encrypted with, where it is."),
        optional("manifest", &Inspection::manifest, "The sidecar, where there is one."),
        optional("told_by", &Inspection::told_by,
                 "Of one that holds only changes: the artifacts it is told by, the full one last."),
        optional("pinned", &Inspection::pinned, "Why it is pinned, where it is."),
        required("depth", &Inspection::depth, "How thoroughly it was looked at."),
        required("findings", &Inspection::findings, "Every check with its verdict."),
        required("restorable", &Inspection::restorable, "No finding forbids a restore.")};
};

/// A bad one, and one that could not be opened, whatever it holds.
inline bool forbids_restore(const Finding& finding) {
    const bool closed = finding.verdict == Verdict::unchecked &&
                        (finding.code == "key" || finding.code == "content");
    return fails(finding) || (closed && finding.severity == Severity::error);
}

}  // namespace muster
