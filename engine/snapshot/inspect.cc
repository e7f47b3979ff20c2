#include "engine/snapshot/inspect.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "engine/snapshot/commit.h"
#include "engine/snapshot/names.h"
#include "engine/snapshot/pin.h"
#include "engine/sqlite/check.h"
#include "engine/sqlite/integrity.h"

namespace muster {
namespace {

int major_of(std::string_view version) {
    int major = 0;
    std::from_chars(version.data(), version.data() + version.size(), major);
    return major;
}

Finding judge_manifest(const Inspection& seen, const std::optional<Error>& unreadable) {
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

Finding judge_checksum(const Inspection& seen) {
    Finding finding{"checksum",
                    Severity::error,
                    Verdict::good,
                    seen.backup,
                    "every byte is as it was written",
                    "",
                    seen.checksum.hex(),
                    "all bytes",
                    ""};
    if (!seen.manifest) {
        finding.verdict = Verdict::unchecked;
        finding.severity = Severity::warning;
        finding.reason = "there is no manifest to compare it with";
        return finding;
    }
    finding.expected = seen.manifest->checksum_sha256.hex();
    if (seen.bytes != seen.manifest->bytes_written) {
        finding.verdict = Verdict::bad;
        finding.reason = fmt::format("the artifact has {} bytes, its manifest says {}",
                                     seen.bytes.count, seen.manifest->bytes_written.count);
    } else if (seen.checksum != seen.manifest->checksum_sha256) {
        finding.verdict = Verdict::bad;
        finding.reason = "the artifact's bytes are not those its manifest describes";
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

Result<> read_sidecars(Inspection& seen, const fs::path& artifact) {
    MUSTER_TRY(const auto intent, status_of(hidden_beside(artifact, intent_suffix)));
    auto manifest = read_manifest(artifact);
    if (!manifest && manifest.error().code != ErrorCode::manifest_mismatch)
        return Failure(manifest.error());
    if (manifest) seen.manifest = *manifest;
    if (intent.exists)
        seen.state = BackupState::unfinished;
    else if (manifest && !seen.manifest)
        seen.state = BackupState::legacy;
    seen.findings.push_back(
        judge_manifest(seen, manifest ? std::nullopt : std::optional{manifest.error()}));
    return {};
}

Result<Sha256> checksum_with_progress(const fs::path& artifact, Bytes bytes, const Host& host) {
    MUSTER_TRY(const auto file, File::open_read(artifact));
    Sha256Stream stream;
    std::uint64_t done = 0;
    const auto read = read_pieces(file, [&](std::span<const std::byte> piece) -> Result<> {
        stream.add(piece);
        host.progress("reading " + artifact.filename().string(), done += piece.size(), bytes.count);
        return host.keep_going();
    });
    MUSTER_CHECK(read);
    return stream.finish();
}

}  // namespace

Result<Inspection> inspect_backup(const fs::path& artifact, const InspectOptions& options,
                                  const Host& host) {
    MUSTER_TRY(const auto there, status_of(artifact));
    if (!there.exists)
        return fail(ErrorCode::not_found,
                    fmt::format("there is no backup at {}", artifact.string()), "check the path");
    if (!there.regular)
        return fail(ErrorCode::not_a_file,
                    fmt::format("{} is not a regular file", artifact.string()),
                    "name the backup itself");

    Inspection seen;
    seen.backup = artifact.string();
    seen.depth = options.depth;
    seen.bytes = there.size;
    if (const auto pin = pin_on(artifact)) seen.pinned = pin->reason;
    MUSTER_CHECK(read_sidecars(seen, artifact));
    MUSTER_TRY(seen.checksum, checksum_with_progress(artifact, there.size, host));
    seen.findings.push_back(judge_checksum(seen));
    if (seen.manifest) {
        seen.findings.push_back(judge_tool_version(*seen.manifest, seen.backup, host.tool_version));
        if (options.supported_schema)
            seen.findings.push_back(
                judge_schema_version(*seen.manifest, seen.backup, *options.supported_schema));
    } else if (options.supported_schema) {
        seen.findings.push_back({"schema_version", Severity::warning, Verdict::unchecked,
                                 seen.backup, "there is no manifest that tells its schema version",
                                 fmt::format("at most {}", *options.supported_schema), "unknown",
                                 "", ""});
    }
    if (options.depth != Depth::checksum) {
        MUSTER_TRY(const auto database,
                   verify_database(artifact, {options.depth, host.scratch}, seen.backup));
        seen.findings.insert(seen.findings.end(), database.begin(), database.end());
        const bool readable = std::ranges::none_of(database, fails);
        if (readable && !options.checks.empty()) {
            MUSTER_TRY(auto connection, Connection::open(artifact, OpenMode::immutable));
            for (const auto& check : options.checks)
                seen.findings.push_back(run_check(connection, check, seen.backup));
        }
    }
    seen.restorable = std::ranges::none_of(seen.findings, fails);
    return seen;
}

Result<> require_restorable(const Inspection& inspection) {
    const auto bad = std::ranges::find_if(inspection.findings, fails);
    if (bad == inspection.findings.end()) return {};
    auto code = ErrorCode::damaged;
    if (bad->code == "manifest")
        code = inspection.state == BackupState::unfinished ? ErrorCode::unfinished_snapshot
                                                           : ErrorCode::manifest_mismatch;
    if (bad->code == "checksum") code = ErrorCode::manifest_mismatch;
    if (bad->code == "tool_version") code = ErrorCode::newer_tool_major;
    if (bad->code == "schema_version") code = ErrorCode::newer_schema;
    std::string detail = bad->reason;
    if (!bad->actual.empty() && code == ErrorCode::damaged) detail += ": " + bad->actual;
    return fail(code, fmt::format("{} must not be restored: {}", inspection.backup, detail),
                bad->next.empty() ? "choose another backup; 'muster inspect' shows every finding"
                                  : bad->next);
}

}  // namespace muster
