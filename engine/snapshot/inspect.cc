#include "engine/snapshot/inspect.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "engine/snapshot/checksum_file.h"
#include "engine/snapshot/commit.h"
#include "engine/snapshot/content.h"
#include "engine/snapshot/judge_backup.h"
#include "engine/snapshot/names.h"
#include "engine/snapshot/pin.h"
#include "engine/snapshot/stored_state.h"
#include "engine/sqlite/sidecars.h"

namespace muster {
namespace {

Result<> read_sidecars(Inspection& seen, const fs::path& artifact) {
    MUSTER_TRY(const auto intent, status_of(hidden_beside(artifact, intent_suffix)));
    auto manifest = read_manifest(artifact);
    if (!manifest && manifest.error().code != ErrorCode::manifest_mismatch)
        return Failure(manifest.error());
    if (manifest) seen.manifest = *manifest;
    const bool under_way = intent.exists && is_under_way(artifact);
    if (intent.exists && !under_way) {
        MUSTER_TRY(const auto still, status_of(hidden_beside(artifact, intent_suffix)));
        if (!still.exists) return read_sidecars(seen, artifact);  // that run has ended meanwhile
    }
    if (intent.exists)
        seen.state = BackupState::unfinished;
    else if (manifest && !seen.manifest)
        seen.state = BackupState::legacy;
    seen.findings.push_back(
        judge_manifest(seen, manifest ? std::nullopt : std::optional{manifest.error()}, under_way));
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

/// Errors of the machine; every other one is about the backup.
bool is_of_the_world(const Error& error) {
    using enum ErrorCode;
    return error.code == internal || error.code == io || error.code == permission_denied ||
           error.code == no_space || error.code == interrupted || error.code == terminated ||
           error.code == not_found;
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
        if (options_.read_back != nullptr && options_.read_back->untouched())
            known_ = options_.read_back;
        MUSTER_CHECK(read_sidecars(seen_, artifact_));
        MUSTER_CHECK(follow_references());
        MUSTER_CHECK(read_content());
        if (content_ && options_.decoded) options_.decoded();
        judge_bytes();
        if (content_) MUSTER_CHECK(look_inside());
        if (content_ && options_.stage) MUSTER_CHECK(await_sync());
        seen_.restorable = std::ranges::none_of(seen_.findings, forbids_restore);
        if (options_.stage && !seen_.restorable) MUSTER_CHECK(remove_durably(*options_.stage));
        return std::move(seen_);
    }

private:
    bool only_bytes() const {
        return (options_.depth == Depth::checksum && !options_.stage) || cut_off_;
    }

    Result<> follow_references() {
        if (!seen_.manifest || !seen_.manifest->delta) return {};
        const auto chain = chain_of(artifact_, *seen_.manifest);
        if (!chain && is_of_the_world(chain.error())) return Failure(chain.error());
        std::optional<Error> broken;
        if (!chain) broken = chain.error();
        cut_off_ = !chain;
        if (chain) {
            for (const auto& link : std::span{*chain}.subspan(1))
                seen_.told_by.push_back(link.artifact.string());
        }
        const bool read = chain && only_bytes() && !options_.alone && known_ == nullptr;
        if (read) {
            MUSTER_TRY(broken, changed_link(*chain));
        }
        seen_.findings.push_back(judge_reference(seen_, broken, read));
        return {};
    }

    /// Where nothing is made of them, nothing else tells whether their bytes are as they were.
    Result<std::optional<Error>> changed_link(const std::vector<SnapshotLink>& chain) const {
        for (const auto& link : std::span{chain}.subspan(1)) {
            MUSTER_TRY(const auto checksum,
                       checksum_with_progress(link.artifact, link.manifest.bytes_written, host_));
            if (checksum == link.manifest.checksum_sha256) continue;
            return std::optional{Error{
                ErrorCode::damaged,
                fmt::format("{} holds only what changed since another snapshot, and the bytes of "
                            "{} are not those its manifest describes",
                            artifact_.string(), link.artifact.filename().string()),
                "choose a backup that is not told by that file",
                {}}};
        }
        return std::optional<Error>{};
    }

    Result<> read_content() {
        if (only_bytes()) {
            MUSTER_TRY(seen_.checksum, checksum());
            return {};
        }
        auto opened = open();
        if (!opened) {
            if (is_of_the_world(opened.error())) return Failure(opened.error());
            undecoded_ = opened.error();
            MUSTER_TRY(seen_.checksum, checksum());
            return {};
        }
        content_ = *std::move(opened);
        seen_.checksum = content_->decoded.artifact_sha256;
        seen_.compression = content_->decoded.compression;
        seen_.key_id = content_->decoded.key_id;
        return {};
    }

    Result<Sha256> checksum() const {
        if (known_ != nullptr) return known_->checksum;
        return checksum_with_progress(artifact_, seen_.bytes, host_);
    }

    /// What it decodes to, where this run has seen that.
    std::optional<OpenedContent> known_content() const {
        if (known_ == nullptr || !known_->content_proven || !seen_.manifest) return std::nullopt;
        OpenedContent out;
        const auto& manifest = *seen_.manifest;
        if (manifest.content) {
            out.decoded.compression = manifest.content->compression;
            out.decoded.key_id = manifest.content->key_id;
        } else {
            out.database = artifact_;
        }
        out.decoded.artifact_bytes = seen_.bytes;
        out.decoded.artifact_sha256 = known_->checksum;
        out.decoded.content_bytes = manifest.content_bytes();
        out.decoded.content_sha256 = manifest.content_sha256();
        return out;
    }

    /// No file is made of it where its digest tells all.
    Result<OpenedContent> open() const {
        ContentOptions how;
        how.keys = options_.keys;
        how.stage = options_.stage;
        if (seen_.manifest) how.manifest = &*seen_.manifest;
        if (options_.examined != nullptr && !options_.stage) {
            if (auto known = known_content(); known && examined(*known)) return *std::move(known);
            how.only_digest = true;
            MUSTER_TRY(auto digested, open_content(artifact_, how, host_));
            if (examined(digested)) return digested;
            how.only_digest = false;
        }
        return open_content(artifact_, how, host_);
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
            findings.push_back(judge_undecoded(seen_, *undecoded_));
        else if (content_ &&
                 (seen_.compression != Compression::none || seen_.key_id || !seen_.told_by.empty()))
            findings.push_back(judge_content(seen_, content_->decoded));
    }

    Result<> look_inside() {
        if (options_.depth == Depth::checksum) return {};
        MUSTER_TRY(const auto findings, examined(*content_)
                                            ? options_.examined->findings
                                            : examine_database(content_->database, questions(),
                                                               seen_.backup, without_keys()));
        seen_.findings.insert(seen_.findings.end(), findings.begin(), findings.end());
        return {};
    }

    Result<> await_sync() {
        auto synced = content_->synced.get();
        if (!synced) ::unlink(options_.stage->c_str());
        return synced;
    }

    /// Also keys that no policy names must not reach a program.
    Host without_keys() const {
        Host out = host_;
        for (const auto& place : options_.keys)
            if (const auto secret = secret_at(place); secret.env)
                out.secret_variables.push_back(*secret.env);
        return out;
    }

    Questions questions() const { return {options_.depth, options_.checks}; }
    /// A log that lies beside a plain artifact is a finding of the place, not of the bytes.
    bool examined(const OpenedContent& content) const {
        return options_.examined != nullptr && !log_beside(content.database) &&
               options_.examined->answers(questions(), content.decoded.content_sha256);
    }
    static bool log_beside(const fs::path& database) {
        return !database.empty() && std::ranges::any_of(sqlite_sidecars, [&](auto suffix) {
            const auto there = status_of(sidecar(database, suffix));
            return !there || there->exists;
        });
    }

    const fs::path& artifact_;
    const InspectOptions& options_;
    const Host& host_;
    const ReadBack* known_ = nullptr;  ///< what need not be read once more
    Inspection seen_;
    std::optional<OpenedContent> content_;
    std::optional<Error> undecoded_;
    bool cut_off_ = false;  ///< what it is told by is not there
};

}  // namespace

Result<Inspection> inspect_backup(const fs::path& artifact, const InspectOptions& options,
                                  const Host& host) {
    return Inspecting{artifact, options, host}.run();
}

Result<> require_restorable(const Inspection& inspection) {
    const auto bad = std::ranges::find_if(inspection.findings, forbids_restore);
    if (bad == inspection.findings.end()) return {};
    auto code = ErrorCode::damaged;
    if (bad->code == "manifest")
        code = inspection.state == BackupState::unfinished ? ErrorCode::unfinished_snapshot
                                                           : ErrorCode::manifest_mismatch;
    if (bad->code == "checksum" || bad->code == "checksum_file")
        code = ErrorCode::manifest_mismatch;
    if (bad->code == "key") code = ErrorCode::key_missing;
    if (bad->code == "content" && !fails(*bad)) code = ErrorCode::not_available;
    if (bad->code == "tool_version") code = ErrorCode::newer_tool_major;
    if (bad->code == "schema_version") code = ErrorCode::newer_schema;
    std::string detail = bad->reason;
    if (code == ErrorCode::damaged && detail.find(bad->actual) == std::string::npos)
        detail += ": " + bad->actual;
    return fail(code, fmt::format("{} must not be restored: {}", inspection.backup, detail),
                bad->next.empty() ? "choose another backup; 'muster inspect' shows every finding"
                                  : bad->next);
}

}  // namespace muster
