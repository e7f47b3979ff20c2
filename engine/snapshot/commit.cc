#include "engine/snapshot/commit.h"

#include <fmt/format.h>
#include <unistd.h>

#include <set>

#include "engine/base/kill_point.h"
#include "engine/codec/documents.h"
#include "engine/snapshot/checksum_file.h"
#include "engine/snapshot/names.h"
#include "engine/snapshot/pin.h"
#include "engine/sqlite/sidecars.h"

namespace muster {
namespace {

constexpr Bytes manifest_limit{std::uint64_t{1} << 20U};

Result<Manifest> parse_manifest(const fs::path& file) {
    MUSTER_TRY(const auto text, read_text(file, manifest_limit));
    auto loaded = from_json<Manifest>(text, file.string());
    if (!loaded.value)
        return fail(
            ErrorCode::manifest_mismatch, "not a manifest: " + text_of(loaded.problems.front()),
            "compare it with another copy of the store; the artifact itself may still be sound");
    return *std::move(loaded.value);
}

Result<> remove_if_there(const fs::path& file) {
    if (::access(file.c_str(), F_OK) != 0) return {};
    return remove_durably(file);
}

/// The last step to a snapshot, once its artifact lies there: what sha256sum -c reads, where it is
/// asked for and never one of a former artifact, then the manifest.
Result<> seal_with_manifest(const fs::path& artifact, const Manifest& manifest) {
    const auto file = checksum_file_of(artifact);
    MUSTER_CHECK(
        manifest.checksum_file
            ? write_durably(file, checksum_line(manifest.checksum_sha256, manifest.artifact))
            : remove_if_there(file));
    kill_point("snapshot.checksum_written");
    // A rename needs no space: what has come this far is not lost to a full disk.
    return rename_durably(hidden_beside(artifact, intent_suffix), manifest_of(artifact),
                          Replace::yes);
}

/// Nobody works on `artifact` (the caller holds its claim): finishes or undoes what was begun.
Result<std::string> mend(const fs::path& artifact) {
    const auto intent = hidden_beside(artifact, intent_suffix),
               partial = hidden_beside(artifact, partial_suffix);
    MUSTER_TRY(const auto intended, status_of(intent));
    MUSTER_TRY(const auto begun, status_of(partial));
    std::string note;
    if (intended.exists) {
        MUSTER_TRY(const auto manifest, parse_manifest(intent));
        MUSTER_TRY(const auto there, status_of(artifact));
        bool arrived = false;
        if (there.exists && there.size == manifest.bytes_written) {
            MUSTER_TRY(const auto checksum, sha256_of_file(artifact));
            arrived = checksum == manifest.checksum_sha256;
        }
        if (arrived) {
            MUSTER_CHECK(seal_with_manifest(artifact, manifest));
            note = fmt::format(
                "kept the snapshot {}: a killed run had stored it whole, or was about to remove it",
                artifact.string());
        } else {
            note = fmt::format("undid the snapshot {} that a killed run had not committed",
                               artifact.string());
        }
    } else if (begun.exists) {
        note = fmt::format("removed the unfinished copy of {} that a killed run left",
                           artifact.string());
    }
    for (const auto suffix : sqlite_sidecars)
        MUSTER_CHECK(remove_if_there(sidecar(partial, suffix)));
    MUSTER_CHECK(remove_if_there(partial));
    MUSTER_CHECK(remove_if_there(intent));
    return note;
}

/// What is told by `artifact` could not be restored without it; it lies in the same folder.
Result<> require_unreferenced(const fs::path& artifact, ErrorCode code) {
    const auto folder = artifact.parent_path();
    const auto stays = [&](std::string_view why, std::string_view next) {
        return fail(code, fmt::format("{} stays: {}", artifact.string(), why), std::string{next});
    };
    std::error_code unread;
    fs::directory_iterator each{folder, unread};
    for (; !unread && each != fs::directory_iterator{}; each.increment(unread)) {
        auto name = each->path().filename().string();
        if (!name.ends_with(manifest_suffix) || name.find(delta_extension) == std::string::npos)
            continue;
        name.resize(name.size() - manifest_suffix.size());
        if (folder / name == artifact) continue;
        const auto manifest = read_manifest(folder / name);
        if (!manifest)
            return stays(fmt::format("{} may hold only what changed since it, and its manifest "
                                     "cannot be read",
                                     name),
                         "bring that manifest back, or remove that snapshot, then try again");
        if (!*manifest || !(*manifest)->delta) continue;
        if ((folder / (*manifest)->delta->reference).lexically_normal() ==
            artifact.lexically_normal())
            return stays(fmt::format("{} holds only what changed since it", name),
                         "keep both, or remove that one first");
    }
    if (unread)
        return stays("its folder cannot be listed: " + unread.message(), "look at the disk");
    return {};
}

}  // namespace

Commit::Commit(Lease claim, fs::path artifact, Replace replace)
    : claim_(std::move(claim)),
      artifact_(std::move(artifact)),
      partial_(hidden_beside(artifact_, partial_suffix)),
      replace_(replace) {}

Result<Commit> Commit::begin(const fs::path& artifact, Replace replace, Time now) {
    MUSTER_CHECK(make_folder(artifact.parent_path()));
    MUSTER_TRY(auto claim, Lease::take(hidden_beside(artifact, claim_suffix),
                                       "a snapshot to " + artifact.string(), now));
    MUSTER_CHECK(mend(artifact));
    MUSTER_TRY(const auto there, status_of(artifact));
    if (there.exists && replace == Replace::no)
        return fail(ErrorCode::target_exists, fmt::format("{} exists", artifact.string()),
                    "choose another name, or replace it with --force");
    MUSTER_CHECK(require_unpinned(artifact, ErrorCode::target_exists));
    if (there.exists) MUSTER_CHECK(require_unreferenced(artifact, ErrorCode::target_exists));
    if (const auto told = read_checksum_file(artifact); !told)
        return fail(ErrorCode::target_exists, told.error().message, told.error().hint);
    return Commit{std::move(claim), artifact, replace};
}

Result<> Commit::publish(const Manifest& manifest) {
    MUSTER_TRY(const auto text, to_document(manifest));
    const auto intent = hidden_beside(artifact_, intent_suffix);
    MUSTER_CHECK(write_durably(intent, text));
    kill_point("snapshot.intent_written");
    if (const auto stored = rename_durably(partial_, artifact_, replace_); !stored) {
        // Where only the folder could not be synced, the artifact has its name: the intent tells
        // what it is, and without it a failed run's copy would pass for a legacy backup.
        if (::access(partial_.c_str(), F_OK) == 0) ::unlink(intent.c_str());
        return Failure(stored.error());
    }
    kill_point("snapshot.artifact_stored");
    MUSTER_CHECK(seal_with_manifest(artifact_, manifest));
    kill_point("snapshot.committed");
    return {};
}

Commit::~Commit() {
    if (!partial_.empty()) ::unlink(partial_.c_str());
}

Result<std::vector<std::string>> mend_folder(const fs::path& folder, Time now) {
    std::set<std::string> begun;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator{folder, error}) {
        const auto name = entry.path().filename().string();
        for (const auto suffix : {claim_suffix, partial_suffix, intent_suffix})
            if (name.starts_with('.') && name.ends_with(suffix))
                begun.insert(name.substr(1, name.size() - 1 - suffix.size()));
    }
    std::vector<std::string> notes;
    for (const auto& name : begun) {
        const auto claim =
            Lease::take(hidden_beside(folder / name, claim_suffix), "cleaning up", now);
        if (!claim && claim.error().code == ErrorCode::lease_held) continue;
        if (!claim) return Failure(claim.error());
        MUSTER_TRY(auto note, mend(folder / name));
        if (!note.empty()) notes.push_back(std::move(note));
    }
    return notes;
}

bool is_under_way(const fs::path& artifact) {
    return is_held(hidden_beside(artifact, claim_suffix));
}

Result<> remove_snapshot(const fs::path& artifact, const Sha256& checksum, Time now) {
    MUSTER_TRY(const auto claim, Lease::take(hidden_beside(artifact, claim_suffix),
                                             "removing " + artifact.string(), now));
    MUSTER_TRY(const auto manifest, read_manifest(artifact));
    if (!manifest) {
        // Another run may have removed it since the plan was made.
        MUSTER_TRY(const auto there, status_of(artifact));
        MUSTER_TRY(const auto begun, status_of(hidden_beside(artifact, intent_suffix)));
        if (!there.exists && !begun.exists) return {};
    }
    if (!manifest || manifest->checksum_sha256 != checksum)
        return fail(
            ErrorCode::manifest_mismatch,
            fmt::format("{} is not the snapshot that was meant; it stays", artifact.string()),
            "plan again");
    // The pin came after the plan.
    MUSTER_CHECK(require_unpinned(artifact, ErrorCode::stale_plan));
    MUSTER_CHECK(require_unreferenced(artifact, ErrorCode::stale_plan));
    // As an intent the manifest says what was begun: mend() puts it back while the artifact is
    // whole.
    const auto intent = hidden_beside(artifact, intent_suffix);
    MUSTER_CHECK(rename_durably(manifest_of(artifact), intent, Replace::yes));
    kill_point("prune.manifest_removed");
    MUSTER_CHECK(remove_if_there(checksum_file_of(artifact)));
    MUSTER_CHECK(remove_durably(artifact));
    return remove_durably(intent);
}

Result<std::optional<Manifest>> read_manifest(const fs::path& artifact) {
    MUSTER_TRY(const auto there, status_of(manifest_of(artifact)));
    if (!there.exists) return std::nullopt;
    MUSTER_TRY(auto manifest, parse_manifest(manifest_of(artifact)));
    return std::optional{std::move(manifest)};
}

}  // namespace muster
