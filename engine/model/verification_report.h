// What a look at many backups found: the document of `muster verify`.
#pragma once

#include <string>
#include <vector>

#include "engine/model/inspection.h"

namespace muster {

/// Bad, or not to be checked, with severity error: what makes a file invalid.
inline bool invalidates(const Finding& finding) {
    return finding.verdict != Verdict::good && finding.severity == Severity::error;
}

/// One file: what it is, and every check of it with its verdict.
struct VerifiedFile {
    std::string path;
    bool valid = false;
    std::string reason;
    std::optional<BackupState> state;
    Bytes bytes;
    Sha256 checksum;
    std::optional<Compression> compression;
    std::optional<std::string> key_id;
    std::optional<Time> created_at;
    std::optional<Duration> age;
    Duration elapsed{};
    Findings findings;
    bool operator==(const VerifiedFile&) const = default;
};
template <>
struct Fields<VerifiedFile> {
    static constexpr std::string_view doc = "One backup that was verified.";
    static constexpr auto list = FieldList{
        required("path", &VerifiedFile::path, "The artifact."),
        required(
            "valid", &VerifiedFile::valid,
            "Nothing that was checked is bad, and nothing stayed unchecked with weight error."),
        required("reason", &VerifiedFile::reason, "The first thing that is wrong; empty for none."),
        optional(
            "state", &VerifiedFile::state,
            "complete; legacy without a manifest; unfinished when its run died; left out where "
            "it could not be looked at."),
        required("bytes", &VerifiedFile::bytes, "Length of the artifact."),
        optional("checksum", &VerifiedFile::checksum, "SHA-256 of the artifact as read now."),
        optional("compression", &VerifiedFile::compression,
                 "As its content shows; left out where it was not decoded."),
        optional("key_id", &VerifiedFile::key_id, "The key it is encrypted with, where it is."),
        optional("created_at", &VerifiedFile::created_at,
                 "By its manifest; without a readable one, when it was last modified (UTC)."),
        optional("age", &VerifiedFile::age, "Since then; left out where that lies in the future."),
        required("elapsed", &VerifiedFile::elapsed, "Time that its verification took."),
        required("findings", &VerifiedFile::findings, "Every check with its verdict.")};
};

struct VerificationSummary {
    bool all_valid = false;
    int total_files = 0;
    int valid_files = 0;
    int invalid_files = 0;
    int unchecked_files = 0;
    int passed_over = 0;
    Bytes total_bytes;
    std::optional<Duration> newest_age;
    bool operator==(const VerificationSummary&) const = default;
};
template <>
struct Fields<VerificationSummary> {
    static constexpr std::string_view doc = "All files, added up.";
    static constexpr auto list = FieldList{
        required("all_valid", &VerificationSummary::all_valid,
                 "Each directory that was named holds a backup, and every one is valid."),
        required("total_files", &VerificationSummary::total_files, "Backups that were verified."),
        required("valid_files", &VerificationSummary::valid_files, "Those that are valid."),
        required("invalid_files", &VerificationSummary::invalid_files,
                 "Those of which something is bad."),
        required("unchecked_files", &VerificationSummary::unchecked_files,
                 "Those of which nothing is bad, and something that matters could not be checked, "
                 "such as without their key: they are not valid either."),
        required("passed_over", &VerificationSummary::passed_over,
                 "Files that are no backup by their name and content, or that no --pattern names, "
                 "and links; neither hidden ones nor muster's own beside a backup."),
        required("total_bytes", &VerificationSummary::total_bytes, "Bytes of all backups."),
        optional("newest_age", &VerificationSummary::newest_age,
                 "Age of the newest valid backup that is not dated in the future; left out where "
                 "there is none.")};
};

struct Performance {
    Duration elapsed{};
    Bytes bytes_read;
    Bytes bytes_per_second;
    int jobs = 1;
    bool operator==(const Performance&) const = default;
};
template <>
struct Fields<Performance> {
    static constexpr std::string_view doc = "How long it took.";
    static constexpr auto list =
        FieldList{required("elapsed", &Performance::elapsed, "From the first file to the last."),
                  required("bytes_read", &Performance::bytes_read, "Bytes of artifacts read."),
                  required("bytes_per_second", &Performance::bytes_per_second, "Of artifacts."),
                  required("jobs", &Performance::jobs, "Files that were looked at side by side.")};
};

struct VerificationReport {
    Time at{};
    Depth depth = Depth::full;
    VerificationSummary summary;
    Performance performance;
    Findings findings;
    std::vector<VerifiedFile> files;
    bool operator==(const VerificationReport&) const = default;
};
template <>
struct Fields<VerificationReport> {
    static constexpr std::string_view doc = "What a look at many backups found.";
    static constexpr auto list =
        FieldList{required("at", &VerificationReport::at, "When it began (UTC)."),
                  required("depth", &VerificationReport::depth,
                           "How thoroughly; what has no manifest is read at least at depth quick."),
                  required("summary", &VerificationReport::summary, "All files, added up."),
                  required("performance", &VerificationReport::performance, "How long it took."),
                  required("findings", &VerificationReport::findings,
                           "none_found for each directory that was named and holds no backup."),
                  required("files", &VerificationReport::files, "Each file, by path.")};
};

}  // namespace muster
