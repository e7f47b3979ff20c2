#include "engine/snapshot/judge_backup.h"

#include <fmt/format.h>

#include <charconv>

namespace muster {
namespace {

int major_of(std::string_view version) {
    int major = 0;
    std::from_chars(version.data(), version.data() + version.size(), major);
    return major;
}

}  // namespace

Finding judge_manifest(const Inspection& seen, const std::optional<Error>& unreadable,
                       bool under_way) {
    Finding finding{"manifest",
                    Severity::error,
                    Verdict::good,
                    seen.backup,
                    "",
                    "a readable manifest beside the artifact",
                    "",
                    "",
                    ""};
    if (unreadable) {
        finding.verdict = Verdict::bad;
        finding.reason = unreadable->message;
        finding.actual = "unreadable";
        finding.next = unreadable->hint;
    } else if (under_way) {
        finding.verdict = Verdict::unchecked;
        finding.reason = "a run is taking or removing it right now";
        finding.actual = "an intent of a live run";
        finding.next = "look again when that run has ended";
    } else if (seen.state == BackupState::unfinished) {
        finding.verdict = Verdict::bad;
        finding.reason = "the run that wrote it died before it was committed";
        finding.actual = "an intent, and no manifest";
        finding.next = "take another backup into this folder: that run finishes or undoes this one";
    } else if (seen.state == BackupState::legacy) {
        finding.verdict = Verdict::unchecked;
        finding.severity = Severity::warning;
        finding.reason = "a legacy backup without a manifest: manifest validation is skipped";
        finding.actual = "none";
    } else {
        finding.reason = "the manifest is readable";
        finding.actual = fmt::format("volume {}, created {}", seen.manifest->volume_name,
                                     format_time(seen.manifest->created_at));
    }
    return finding;
}

Finding judge_reference(const Inspection& seen, const std::optional<Error>& broken, bool read) {
    const auto& delta = *seen.manifest->delta;
    return {
        "reference",
        Severity::error,
        broken ? Verdict::bad : Verdict::good,
        seen.backup,
        broken ? broken->message : "all snapshots it is told by lie there",
        fmt::format("{}, which holds the state {}", delta.reference, delta.reference_sha256.hex()),
        broken ? "" : fmt::format("{} of them", seen.told_by.size()),
        read ? "their manifests, and all bytes" : "their manifests, and their lengths",
        broken ? broken->hint : ""};
}

Finding judge_checksum(const Inspection& seen, const Result<std::optional<Sha256>>& told) {
    Finding finding{"checksum",
                    Severity::error,
                    Verdict::good,
                    seen.backup,
                    "every byte is as it was written",
                    "",
                    seen.checksum.hex(),
                    "all bytes",
                    ""};
    if (!seen.manifest && (!told || !*told)) {
        finding.verdict = Verdict::unchecked;
        finding.severity = Severity::warning;
        finding.reason = "there is no manifest or .sha256 file to compare it with";
        return finding;
    }
    const auto expected = seen.manifest ? seen.manifest->checksum_sha256 : **told;
    finding.expected = expected.hex();
    if (seen.manifest && seen.bytes != seen.manifest->bytes_written) {
        finding.verdict = Verdict::bad;
        finding.reason = fmt::format("the artifact has {} bytes, its manifest says {}",
                                     seen.bytes.count, seen.manifest->bytes_written.count);
    } else if (seen.checksum != expected) {
        finding.verdict = Verdict::bad;
        finding.reason = fmt::format("the artifact's bytes are not those its {} describes",
                                     seen.manifest ? "manifest" : ".sha256 file");
    }
    return finding;
}

/// A .sha256 file of another artifact would turn whoever runs sha256sum -c away from a good one, or
/// assure him of a bad one.
std::optional<Finding> judge_checksum_file(const Inspection& seen,
                                           const Result<std::optional<Sha256>>& told) {
    const bool missing = told && !*told;
    if (missing && !(seen.manifest && seen.manifest->checksum_file)) return std::nullopt;
    if (told && *told && !seen.manifest) return std::nullopt;  // it stood for the manifest
    Finding finding{"checksum_file",
                    Severity::error,
                    Verdict::good,
                    seen.backup,
                    "the .sha256 file tells the same",
                    seen.manifest ? seen.manifest->checksum_sha256.hex() : "",
                    "",
                    "the .sha256 file beside the artifact",
                    ""};
    if (!told) {
        finding.verdict = Verdict::bad;
        if (!seen.manifest) finding.severity = Severity::warning;  // nobody says that it is ours
        finding.reason = told.error().message;
        finding.next = told.error().hint;
    } else if (missing) {
        finding.verdict = Verdict::bad;
        finding.reason = "the .sha256 file that its manifest tells of is missing";
        finding.actual = "none";
    } else {
        finding.actual = (*told)->hex();
        if (**told != seen.manifest->checksum_sha256) {
            finding.verdict = Verdict::bad;
            finding.reason = "the .sha256 file is of other bytes than the manifest";
        }
    }
    return finding;
}

Finding judge_tool_version(const Manifest& manifest, const std::string& subject,
                           std::string_view running) {
    const bool newer = major_of(manifest.created_with_version) > major_of(running);
    return {"tool_version",
            Severity::error,
            newer ? Verdict::bad : Verdict::good,
            subject,
            newer ? "written by a newer major version of muster" : "this version can read it",
            fmt::format("major version {} or older", major_of(running)),
            manifest.created_with_version,
            "",
            newer ? "use a newer muster" : ""};
}

Finding judge_schema_version(const Manifest& manifest, const std::string& subject,
                             std::int64_t supported) {
    const bool newer = manifest.schema_version > supported;
    return {"schema_version",
            Severity::error,
            newer ? Verdict::bad : Verdict::good,
            subject,
            newer ? "its schema is newer than what is supported" : "its schema is supported",
            fmt::format("at most {}", supported),
            fmt::format("{}", manifest.schema_version),
            "",
            newer ? "restore it with the application version that wrote it" : ""};
}

Finding judge_content(const Inspection& seen, const Decoded& decoded) {
    Finding finding{
        "content",
        Severity::error,
        Verdict::good,
        seen.backup,
        "it decodes to the bytes that were encoded",
        "",
        decoded.content_sha256.hex(),
        fmt::format("{} bytes, {}", decoded.content_bytes.count,
                    seen.told_by.empty()
                        ? fmt::format("decoded from {}", name_of(decoded.compression))
                        : fmt::format("made of it and {} snapshot{} it is told by",
                                      seen.told_by.size(), seen.told_by.size() == 1 ? "" : "s")),
        ""};
    if (!seen.manifest || !seen.manifest->content) {
        finding.verdict = Verdict::unchecked;
        finding.severity = Severity::warning;
        finding.reason = "no manifest tells what it decodes to";
        return finding;
    }
    const auto& told = *seen.manifest->content;
    finding.expected = told.checksum_sha256.hex();
    if (decoded.content_sha256 != told.checksum_sha256 || decoded.content_bytes != told.bytes) {
        finding.verdict = Verdict::bad;
        finding.reason = "it decodes to other bytes than its manifest describes";
    }
    return finding;
}

Finding judge_undecoded(const Inspection& seen, const Error& error) {
    const bool key = error.code == ErrorCode::key_missing || error.code == ErrorCode::key_invalid;
    // What stays closed may be whole: nothing was seen of it.
    const bool closed = key || error.code == ErrorCode::not_available;
    return {key ? "key" : "content",
            Severity::error,
            closed ? Verdict::unchecked : Verdict::bad,
            seen.backup,
            error.message,
            key ? "a key that opens it" : "it can be decoded to its end",
            key ? "none of those given" : "",
            "the artifact's own bytes",
            error.hint};
}

}  // namespace muster
