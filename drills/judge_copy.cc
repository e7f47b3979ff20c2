#include "drills/judge_copy.h"

#include <fmt/format.h>
#include <unistd.h>

#include "drills/rehearsal.h"
#include "engine/sqlite/source.h"
#include "engine/sqlite/table_digest.h"

namespace muster {
namespace {

std::string spell(const FileOwner& owner, bool with_ids) {
    const auto mode = fmt::format("mode {:04o}", owner.mode & 07777U);
    return with_ids ? fmt::format("{}, user {}, group {}", mode, owner.user, owner.group) : mode;
}

/// Of the machine, not of what is read.
bool is_not_of_the_copy(ErrorCode code) {
    using enum ErrorCode;
    return code == interrupted || code == terminated || code == no_space || code == io ||
           code == permission_denied;
}

Result<DatabaseDigest> digest_as_read(const fs::path& database, const Host& host) {
    SourceOptions options;
    options.scratch = host.scratch;
    options.may_be_empty = true;
    MUSTER_TRY(auto source, Source::open(database, options));
    return digest_database(source.connection());
}

}  // namespace

Finding judge_volume_id(const std::optional<Manifest>& manifest, const std::string& expected,
                        const std::string& subject) {
    Finding finding{"volume_id",
                    Severity::error,
                    Verdict::good,
                    subject,
                    "it is of the volume that is meant",
                    expected,
                    "",
                    "the manifest",
                    ""};
    if (!manifest) {
        finding.verdict = Verdict::unchecked;
        finding.reason = "no manifest tells of which volume it is";
        return finding;
    }
    finding.actual = manifest->volume_id;
    if (manifest->volume_id == expected) return finding;
    finding.verdict = Verdict::bad;
    finding.reason = "it is a backup of another volume";
    finding.next = "choose a backup of this one; 'muster snapshots' lists them";
    return finding;
}

Result<Finding> judge_owner(const fs::path& restored, const Manifest& manifest) {
    MUSTER_TRY(const auto there, status_of(restored));
    const bool with_ids = ::geteuid() == 0;
    const FileOwner actual{there.owner, there.group, there.mode};
    Finding finding{"owner",
                    Severity::error,
                    Verdict::good,
                    restored.string(),
                    "the restored file belongs to whom it ought to",
                    "",
                    spell(actual, with_ids),
                    with_ids ? "owner, group and mode" : "mode; only root may give files away",
                    ""};
    if (!manifest.owner) {
        finding.verdict = Verdict::unchecked;
        finding.severity = Severity::warning;
        finding.reason = "no manifest tells whose it was";
        return finding;
    }
    // A restore gives no set-user-id bits back.
    const FileOwner told{manifest.owner->user, manifest.owner->group, manifest.owner->mode & 0777U};
    finding.expected = spell(told, with_ids);
    if (finding.expected == finding.actual) return finding;
    finding.verdict = Verdict::bad;
    finding.reason = "the application may not be able to open it, or others may read it";
    finding.next = fmt::format("chmod {:o} {}", told.mode, restored.string());
    return finding;
}

Result<Finding> judge_bytes(const fs::path& restored, const Manifest& manifest) {
    MUSTER_TRY(const auto digest, sha256_of_file(restored));
    const bool same = digest == manifest.content_sha256();
    return Finding{"same_content",
                   Severity::error,
                   same ? Verdict::good : Verdict::bad,
                   restored.string(),
                   same ? "every byte of the restored database is the manifest's"
                        : "the bytes of the restored database are not the manifest's",
                   manifest.content_sha256().hex(),
                   digest.hex(),
                   "all bytes of the file; not of a log beside it",
                   ""};
}

Result<Finding> judge_rows(const fs::path& restored, const fs::path& sound, const Host& host) {
    MUSTER_TRY(const auto before, digest_at(sound));
    Finding finding{
        "equality",
        Severity::error,
        Verdict::good,
        restored.string(),
        "every row and the schema are what was backed up",
        "content " + before.total.hex().substr(0, 16),
        "",
        fmt::format("{} tables and the schema, as a reader sees them", before.tables.size()),
        ""};
    const auto after = digest_as_read(restored, host);
    if (!after) {
        if (is_not_of_the_copy(after.error().code)) return Failure(after.error());
        finding.verdict = Verdict::bad;
        finding.reason = "the restored content cannot be read: " + after.error().message;
        return finding;
    }
    finding.actual = "content " + after->total.hex().substr(0, 16);
    const auto changed = differences(before, *after);
    if (changed.empty()) return finding;
    const bool only_unchecked = before.total == after->total;
    finding.verdict = only_unchecked ? Verdict::unchecked : Verdict::bad;
    finding.reason = (only_unchecked ? "not every table could be compared: "
                                     : "the restored content differs: ") +
                     changed.front() +
                     (changed.size() > 1 ? fmt::format("; and {} more", changed.size() - 1) : "");
    return finding;
}

}  // namespace muster
