#include "engine/snapshot/inspect.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "engine/snapshot/checksum_file.h"
#include "engine/snapshot/commit.h"
#include "engine/snapshot/content.h"
#include "engine/snapshot/names.h"
#include "engine/snapshot/pin.h"
#include "engine/sqlite/check.h"
#include "engine/sqlite/integrity.h"
#include "engine/sqlite/payload_check.h"

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

/// What the decoding showed, against what the manifest tells of it.
Finding judge_content(const Inspection& seen, const Decoded& decoded) {
    Finding finding{"content",
                    Severity::error,
                    Verdict::good,
                    seen.backup,
                    "it decodes to the bytes that were encoded",
                    "",
                    decoded.content_sha256.hex(),
                    fmt::format("{} bytes, decoded from {}", decoded.content_bytes.count,
                                name_of(decoded.compression)),
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

Finding not_decoded(const Inspection& seen, const Error& error) {
    const bool key = error.code == ErrorCode::key_missing || error.code == ErrorCode::key_invalid;
    return {key ? "key" : "content",
            Severity::error,
            Verdict::bad,
            seen.backup,
            error.message,
            key ? "a key that opens it" : "it can be decoded to its end",
            key ? "none of those given" : "",
            "the artifact's own bytes",
            error.hint};
}

/// Errors of the machine; every other one is about the backup.
bool is_of_the_world(const Error& error) {
    using enum ErrorCode;
    return error.code == io || error.code == permission_denied || error.code == no_space ||
           error.code == interrupted || error.code == terminated || error.code == not_found;
}

/// One call of inspect_backup.
class Inspecting {
public:
    Inspecting(const fs::path& artifact, const InspectOptions& options, const Host& host)
        : artifact_(artifact), options_(options), host_(host) {}

    Result<Inspection> run() {
        MUSTER_TRY(const auto there, status_of(artifact_));
        if (!there.exists)
            return fail(ErrorCode::not_found,
                        fmt::format("there is no backup at {}", artifact_.string()),
                        "check the path");
        if (!there.regular)
            return fail(ErrorCode::not_a_file,
                        fmt::format("{} is not a regular file", artifact_.string()),
                        "name the backup itself");
        seen_.backup = artifact_.string();
        seen_.depth = options_.depth;
        seen_.bytes = there.size;
        if (const auto pin = pin_on(artifact_)) seen_.pinned = pin->reason;
        MUSTER_CHECK(read_sidecars(seen_, artifact_));
        MUSTER_CHECK(read_content());
        judge_bytes();
        if (content_) MUSTER_CHECK(look_inside());
        seen_.restorable = std::ranges::none_of(seen_.findings, fails);
        if (options_.stage && !seen_.restorable) MUSTER_CHECK(remove_durably(*options_.stage));
        return std::move(seen_);
    }

private:
    bool only_bytes() const { return options_.depth == Depth::checksum && !options_.stage; }

    Result<> read_content() {
        if (only_bytes()) {
            MUSTER_TRY(seen_.checksum, checksum_with_progress(artifact_, seen_.bytes, host_));
            return {};
        }
        ContentOptions how{options_.keys, options_.stage, std::nullopt};
        if (seen_.manifest && seen_.manifest->content)
            how.content_bytes = seen_.manifest->content->bytes;
        auto opened = open_content(artifact_, how, host_);
        if (!opened) {
            if (is_of_the_world(opened.error())) return Failure(opened.error());
            undecoded_ = opened.error();
            MUSTER_TRY(seen_.checksum, checksum_with_progress(artifact_, seen_.bytes, host_));
            return {};
        }
        content_ = *std::move(opened);
        seen_.checksum = content_->decoded.artifact_sha256;
        seen_.compression = content_->decoded.compression;
        seen_.key_id = content_->decoded.key_id;
        return {};
    }

    void judge_bytes() {
        auto& findings = seen_.findings;
        const auto told = read_checksum_file(artifact_);
        findings.push_back(judge_checksum(seen_, told));
        if (auto finding = judge_checksum_file(seen_, told)) findings.push_back(*finding);
        if (seen_.manifest) {
            findings.push_back(
                judge_tool_version(*seen_.manifest, seen_.backup, host_.tool_version));
            if (options_.supported_schema)
                findings.push_back(judge_schema_version(*seen_.manifest, seen_.backup,
                                                        *options_.supported_schema));
        } else if (options_.supported_schema) {
            findings.push_back({"schema_version", Severity::warning, Verdict::unchecked,
                                seen_.backup, "there is no manifest that tells its schema version",
                                fmt::format("at most {}", *options_.supported_schema), "unknown",
                                "", ""});
        }
        if (undecoded_)
            findings.push_back(not_decoded(seen_, *undecoded_));
        else if (seen_.compression != Compression::none || seen_.key_id)
            findings.push_back(judge_content(seen_, content_->decoded));
    }

    Result<> look_inside() {
        if (options_.depth == Depth::checksum) return {};
        MUSTER_TRY(
            const auto database,
            verify_database(content_->database, {options_.depth, host_.scratch}, seen_.backup));
        seen_.findings.insert(seen_.findings.end(), database.begin(), database.end());
        if (std::ranges::any_of(database, fails) || options_.checks.empty()) return {};
        MUSTER_TRY(auto connection, Connection::open(content_->database, OpenMode::immutable));
        for (const auto& check : options_.checks) {
            if (!check.blobs) {
                seen_.findings.push_back(run_check(connection, check, seen_.backup));
                continue;
            }
            MUSTER_TRY(auto finding,
                       check_payloads(connection, check, seen_.backup, host_.keep_going));
            seen_.findings.push_back(std::move(finding));
        }
        return {};
    }

    const fs::path& artifact_;
    const InspectOptions& options_;
    const Host& host_;
    Inspection seen_;
    std::optional<OpenedContent> content_;
    std::optional<Error> undecoded_;
};

}  // namespace

Result<Inspection> inspect_backup(const fs::path& artifact, const InspectOptions& options,
                                  const Host& host) {
    return Inspecting{artifact, options, host}.run();
}

Result<> require_restorable(const Inspection& inspection) {
    const auto bad = std::ranges::find_if(inspection.findings, fails);
    if (bad == inspection.findings.end()) return {};
    auto code = ErrorCode::damaged;
    if (bad->code == "manifest")
        code = inspection.state == BackupState::unfinished ? ErrorCode::unfinished_snapshot
                                                           : ErrorCode::manifest_mismatch;
    if (bad->code == "checksum" || bad->code == "checksum_file")
        code = ErrorCode::manifest_mismatch;
    if (bad->code == "key") code = ErrorCode::key_missing;
    if (bad->code == "tool_version") code = ErrorCode::newer_tool_major;
    if (bad->code == "schema_version") code = ErrorCode::newer_schema;
    std::string detail = bad->reason;
    if (!bad->actual.empty() && code == ErrorCode::damaged) detail += ": " + bad->actual;
    return fail(code, fmt::format("{} must not be restored: {}", inspection.backup, detail),
                bad->next.empty() ? "choose another backup; 'muster inspect' shows every finding"
                                  : bad->next);
}

}  // namespace muster
