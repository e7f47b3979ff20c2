#include "drills/restore_drill.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/stopwatch.h"
#include "engine/snapshot/commit.h"
#include "engine/snapshot/examine.h"
#include "engine/snapshot/restore.h"
#include "engine/sqlite/check.h"

namespace muster {
namespace {

/// The backup is at fault, not the place where the drill was to be held.
bool is_verdict(ErrorCode code) {
    switch (code) {
        case ErrorCode::damaged:
        case ErrorCode::not_a_database:
        case ErrorCode::manifest_mismatch:
        case ErrorCode::newer_tool_major:
        case ErrorCode::newer_schema:
        case ErrorCode::unfinished_snapshot:
        case ErrorCode::rolled_back: return true;
        default: return false;
    }
}

/// Nothing of it hides behind a count: what is not good stands beside it.
void add_health(const Findings& seen, const std::string& subject, Findings& out) {
    const auto bad = std::ranges::count_if(seen, fails);
    out.push_back({"health", Severity::error, bad == 0 ? Verdict::good : Verdict::bad, subject,
                   bad == 0 ? "the restored database was looked through where it lies"
                            : "the restored database is ill",
                   "no error", fmt::format("{} of {} checks failed", bad, seen.size()),
                   "depth full", ""});
    std::ranges::copy_if(seen, std::back_inserter(out),
                         [](const auto& each) { return each.verdict != Verdict::good; });
}

Finding compare(std::string code, const std::string& subject, std::string what,
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

/// What the restored file is and answers, against what the manifest says.
Result<> compare_with_manifest(const DrillStep& step, const fs::path& restored, Findings& out) {
    MUSTER_TRY(const auto manifest, read_manifest(step.backup));
    if (!manifest) return {};  // the inspection has told that there is none
    MUSTER_TRY(const auto digest, sha256_of_file(restored));
    const auto& told =
        manifest->content ? manifest->content->checksum_sha256 : manifest->checksum_sha256;
    out.push_back(compare("same_content", step.backup, "every byte of the restored database",
                          told.hex(), digest.hex()));
    MUSTER_TRY(auto connection, Connection::open(restored, OpenMode::immutable));
    MUSTER_TRY(const auto version,
               query_number(connection, step.schema_version_sql, "schema_version"));
    out.push_back(compare("schema_version", step.backup, "its schema version",
                          std::to_string(manifest->schema_version), std::to_string(version)));
    if (step.revision_sql.empty() || !manifest->revision) return {};
    MUSTER_TRY(const auto revision, query_number(connection, step.revision_sql, "revision"));
    out.push_back(compare("revision", step.backup, "its revision",
                          std::to_string(*manifest->revision), std::to_string(revision)));
    return {};
}

/// The restore and the looks at what came of it.
Result<> rehearse(const DrillStep& step, const fs::path& sandbox, const Host& host,
                  Rehearsal& out) {
    RestoreStep restore;
    restore.backup = step.backup;
    restore.target = (sandbox / "restored.sqlite").string();
    restore.keys = step.keys;
    restore.supported_schema = step.supported_schema;
    restore.checks = step.checks;
    Stopwatch restoring, watch;
    auto restored = restore_backup(restore, host);
    out.drilled.restore_took = restoring.lap();
    if (!restored && !is_verdict(restored.error().code)) return Failure(restored.error());
    if (!restored || restored->failure) {
        const auto& error = restored ? *restored->failure : restored.error();
        if (restored) out.findings = std::move(restored->findings);
        out.findings.push_back({"restore", Severity::error, Verdict::bad, step.backup,
                                error.message, "", "", "", error.hint});
        return {};
    }
    out.findings = std::move(restored->findings);
    out.phases = std::move(restored->phases);
    watch.lap();
    MUSTER_TRY(const auto health,
               examine_database(restore.target, {Depth::full, {}}, restore.target, host));
    add_health(health, restore.target, out.findings);
    out.phases.push_back({"health", watch.lap()});
    MUSTER_TRY(out.drilled.restored, digest_at(restore.target));
    MUSTER_CHECK(compare_with_manifest(step, restore.target, out.findings));
    out.phases.push_back({"compare", watch.lap()});
    if (step.rto)
        out.findings.push_back(
            judge_rto(out.drilled, step.backup, "decoding, inspection, swap and validation"));
    return {};
}

}  // namespace

Result<Rehearsal> rehearse_backup(const DrillStep& step, const fs::path& sandboxes,
                                  bool keep_sandbox, const Host& host) {
    Rehearsal out;
    out.drilled.drill = step.drill;
    out.drilled.scenario = name_of(Scenario::restore_drill);
    out.drilled.rto = step.rto;
    MUSTER_TRY(auto sandbox, Sandbox::make(sandboxes));
    MUSTER_CHECK(rehearse(step, sandbox.path(), host, out));
    std::move(sandbox).leave(keep_sandbox, step.backup, out);
    out.drilled.passed = std::ranges::none_of(out.findings, fails);
    return out;
}

}  // namespace muster
