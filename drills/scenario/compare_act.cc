#include <fmt/format.h>

#include <algorithm>

#include "drills/scenario/acts.h"
#include "engine/snapshot/commit.h"
#include "engine/snapshot/restore.h"
#include "engine/sqlite/check.h"
#include "engine/sqlite/table_digest.h"

namespace muster {
namespace {

std::string summarise(const std::vector<std::string>& differences) {
    constexpr std::size_t most_shown = 5;
    const std::size_t shown = std::min(differences.size(), most_shown);
    std::string out = fmt::format(
        "{}", fmt::join(differences.begin(),
                        differences.begin() + static_cast<std::ptrdiff_t>(shown), "; "));
    if (shown < differences.size()) out += fmt::format("; and {} more", differences.size() - shown);
    return out;
}

std::string counted(std::int64_t count, std::string_view thing) {
    return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

std::string coverage_of(const DatabaseDigest& content) {
    std::int64_t rows = 0;
    for (const auto& table : content.tables) rows += table.rows;
    return fmt::format("{} in {}, and the schema", counted(rows, "row"),
                       counted(std::ssize(content.tables), "table"));
}

Finding judge_different(const DatabaseDigest& one, const DatabaseDigest& other,
                        const std::string& subject) {
    const bool differ = one.total != other.total;
    return {"damage",
            Severity::error,
            differ ? Verdict::good : Verdict::bad,
            subject,
            differ ? "the two differ, so the comparison can fail"
                   : "the damage left no trace: the comparison proves nothing",
            "at least one difference",
            differ ? summarise(differences(one, other)) : "no difference",
            coverage_of(one),
            ""};
}

Finding judge_same(const DatabaseDigest& expected, const DatabaseDigest& actual,
                   const std::string& subject) {
    const auto changed = differences(expected, actual);
    Finding finding{"equality",
                    Severity::error,
                    Verdict::good,
                    subject,
                    "every row and the schema are what they were",
                    "content " + expected.total.hex().substr(0, 16),
                    "content " + actual.total.hex().substr(0, 16),
                    coverage_of(expected),
                    ""};
    if (!changed.empty()) {
        const bool only_unchecked = expected.total == actual.total;
        finding.verdict = only_unchecked ? Verdict::unchecked : Verdict::bad;
        finding.reason = only_unchecked ? "not every table could be compared: " + summarise(changed)
                                        : "the content differs: " + summarise(changed);
    }
    return finding;
}

Finding held_to_manifest(std::string code, const std::string& subject, std::string_view what,
                         std::string expected, std::string actual) {
    const bool same = expected == actual;
    return {std::move(code),
            Severity::error,
            same ? Verdict::good : Verdict::bad,
            subject,
            fmt::format("{} {} the manifest's", what, same ? "is" : "is not"),
            std::move(expected),
            std::move(actual),
            "",
            ""};
}

/// What the database is and answers, against what the manifest of the snapshot says.
Result<> compare_with_manifest(const fs::path& artifact, const std::string& database, Stage& stage,
                               const Host& host) {
    MUSTER_TRY(const auto manifest, read_manifest(artifact));
    if (!manifest) return {};  // a look at the snapshot tells that there is none
    auto& out = stage.rehearsal().findings;
    const auto subject = artifact.string();
    MUSTER_TRY(const auto path, stage.whole_file(database, host));
    MUSTER_TRY(const auto digest, sha256_of_file(path));
    out.push_back(held_to_manifest("same_content", subject, "every byte of the restored database",
                                   manifest->content_sha256().hex(), digest.hex()));
    const auto& step = stage.step();
    if (step.schema_version_sql.empty()) return {};
    MUSTER_TRY(auto connection, Connection::open(path, OpenMode::immutable));
    MUSTER_TRY(const auto version,
               query_number(connection, step.schema_version_sql, "schema_version"));
    out.push_back(held_to_manifest("schema_version", subject, "its schema version",
                                   std::to_string(manifest->schema_version),
                                   std::to_string(version)));
    if (step.revision_sql.empty() || !manifest->revision) return {};
    MUSTER_TRY(const auto revision, query_number(connection, step.revision_sql, "revision"));
    out.push_back(held_to_manifest("revision", subject, "its revision",
                                   std::to_string(*manifest->revision), std::to_string(revision)));
    return {};
}

/// What a snapshot holds, decoded anew.
Result<DatabaseDigest> content_of_snapshot(const StageSnapshot& snapshot, const Stage& stage,
                                           const Host& host) {
    RestoreStep decode;
    decode.backup = snapshot.artifact.string();
    decode.target = (stage.sandbox() / "decoded-to-compare.sqlite").string();
    decode.verify = false;
    decode.keys = snapshot.keys;
    MUSTER_TRY(const auto done, restore_backup(decode, host));
    if (done.failure) return Failure(*done.failure);
    auto content = digest_at(decode.target);
    MUSTER_CHECK(remove_durably(decode.target));
    return content;
}

}  // namespace

Result<ActEnd> perform(const CompareAct& act, Stage& stage, const Host& host) {
    auto& rehearsal = stage.rehearsal();
    const auto before = rehearsal.findings.size();
    const auto* snapshot = stage.snapshot(act.with);
    MUSTER_TRY(auto actual, stage.content_of(act.database, host));
    DatabaseDigest expected;
    if (const auto* saved = stage.saved_content(act.with); saved != nullptr) {
        expected = *saved;
    } else if (snapshot != nullptr) {
        auto content = content_of_snapshot(*snapshot, stage, host);
        if (!content && is_verdict(content.error().code))
            return ActEnd{false, content.error().message, true};
        MUSTER_TRY(expected, std::move(content));
    } else {
        MUSTER_TRY(expected, stage.content_of(act.with, host));
    }
    const auto subject = stage.database(act.database).string();
    if (act.likeness == Likeness::different) {
        rehearsal.findings.push_back(judge_different(expected, actual, subject));
    } else {
        if (snapshot != nullptr)
            MUSTER_CHECK(compare_with_manifest(snapshot->artifact, act.database, stage, host));
        rehearsal.findings.push_back(judge_same(expected, actual, subject));
    }
    auto& contents = rehearsal.drilled.contents;
    contents.push_back({act.with, std::move(expected)});
    contents.push_back({act.database, std::move(actual)});
    const auto bad =
        std::ranges::find_if(rehearsal.findings.begin() + static_cast<std::ptrdiff_t>(before),
                             rehearsal.findings.end(), fails);
    const bool held = bad == rehearsal.findings.end();
    return ActEnd{held, held ? rehearsal.findings.back().reason : told(*bad), true};
}

}  // namespace muster
