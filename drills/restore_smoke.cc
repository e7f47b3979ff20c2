#include "drills/restore_smoke.h"

#include <fmt/format.h>
#include <algorithm>

#include "drills/faults/mutation.h"
#include "engine/base/kill_point.h"
#include "engine/base/stopwatch.h"
#include "engine/snapshot/examine.h"
#include "engine/snapshot/restore.h"
#include "engine/snapshot/take.h"
#include "engine/sqlite/copy.h"
#include "engine/sqlite/source.h"
#include "engine/sqlite/table_digest.h"

namespace muster {
namespace {

constexpr std::uint64_t copies_in_sandbox =
    5;  // clone, snapshot, staged, safety copy, and room for the damage

Result<std::vector<Mutation>> damage(const fs::path& clone) {
    MUSTER_TRY(auto connection, Connection::open(clone, OpenMode::read_write));
    // A clone of a WAL database is one too; without sidecars it can be looked at like any artifact.
    MUSTER_CHECK(connection.query_value("PRAGMA journal_mode = DELETE"));
    return mutate(connection);
}

std::string summarise(const std::vector<std::string>& differences) {
    const std::size_t shown = std::min<std::size_t>(differences.size(), 5);
    std::string out = fmt::format(
        "{}", fmt::join(differences.begin(),
                        differences.begin() + static_cast<std::ptrdiff_t>(shown), "; "));
    if (shown < differences.size()) out += fmt::format("; and {} more", differences.size() - shown);
    return out;
}

std::string counted(std::uint64_t count, std::string_view thing) {
    return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

Finding judge_damage(const Drilled& drilled, const std::string& subject) {
    const auto changed = differences(*drilled.baseline, *drilled.mutated);
    Finding finding{
        "damage",
        Severity::error,
        Verdict::good,
        subject,
        "the damaged clone differs from the baseline, so the comparison can fail",
        "at least one difference",
        summarise(changed),
        fmt::format("{} and the schema", counted(drilled.baseline->tables.size(), "table")),
        ""};
    if (drilled.baseline->total == drilled.mutated->total) {
        finding.verdict = Verdict::bad;
        finding.reason = "the damage left no trace: the comparison proves nothing";
        finding.actual = "no difference";
    }
    return finding;
}

Finding judge_equality(const Drilled& drilled, const std::string& subject) {
    const auto changed = differences(*drilled.baseline, *drilled.restored);
    std::int64_t rows = 0;
    for (const auto& table : drilled.baseline->tables) rows += table.rows;
    Finding finding{
        "equality",
        Severity::error,
        Verdict::good,
        subject,
        "after the restore every row and the schema are what they were before the damage",
        "content " + drilled.baseline->total.hex().substr(0, 16),
        "content " + drilled.restored->total.hex().substr(0, 16),
        fmt::format("{} in {}, and the schema", counted(static_cast<std::uint64_t>(rows), "row"),
                    counted(drilled.baseline->tables.size(), "table")),
        ""};
    if (!changed.empty()) {
        const bool only_unchecked = drilled.baseline->total == drilled.restored->total;
        finding.verdict = only_unchecked ? Verdict::unchecked : Verdict::bad;
        finding.reason = only_unchecked ? "not every table could be compared: " + summarise(changed)
                                        : "the restored content differs: " + summarise(changed);
    }
    return finding;
}

}  // namespace

Result<Rehearsal> rehearse_restore(const DrillStep& step, const fs::path& sandboxes,
                                   bool keep_sandbox, const Host& host) {
    Rehearsal out;
    out.drilled.drill = step.drill;
    out.drilled.scenario = step.scenario ? name_of(*step.scenario) : "own";
    out.drilled.rto = step.rto;
    MUSTER_TRY(const auto source, status_of(step.source));
    MUSTER_CHECK(require_space(sandboxes, Bytes{source.size.count * copies_in_sandbox},
                               "the drill's sandbox"));
    MUSTER_TRY(auto sandbox, Sandbox::make(sandboxes));
    const auto clone = sandbox.path() / "clone.sqlite";

    Stopwatch watch;
    CopyOptions options;
    options.scratch = host.scratch;
    options.may_be_empty = step.may_be_empty;
    options.progress = [&](std::uint64_t done, std::uint64_t total) -> Result<> {
        host.progress("cloning " + step.source, done, total);
        return host.keep_going();
    };
    MUSTER_TRY(const auto copied, copy_database(step.source, clone, options));
    out.phases.push_back({"clone", watch.lap()});
    MUSTER_TRY(out.drilled.baseline, digest_at(clone));
    out.phases.push_back({"baseline", watch.lap()});

    SnapshotStep snapshot;
    snapshot.source = clone.string();
    snapshot.volume_id = snapshot.volume_name = "clone";
    snapshot.schema_version_sql = SchemaVersionSpec{}.sql;
    snapshot.place = {"sandbox", (sandbox.path() / "store").string(), "{target}-{timestamp}",
                      false};
    MUSTER_TRY(const auto taken, take_snapshot(snapshot, host));
    out.phases.push_back({"snapshot", watch.lap()});

    MUSTER_TRY(out.drilled.mutations, damage(clone));
    kill_point("drill.mutated");
    MUSTER_TRY(out.drilled.mutated, digest_at(clone));
    out.findings.push_back(judge_damage(out.drilled, step.source));
    out.phases.push_back({"damage", watch.lap()});

    RestoreStep restore;
    restore.backup = taken.snapshot.path;
    restore.target = clone.string();
    restore.force = true;
    Stopwatch restoring;
    MUSTER_TRY(auto restored, restore_backup(restore, host));
    out.phases.insert(out.phases.end(), restored.phases.begin(), restored.phases.end());
    watch.lap();
    MUSTER_TRY(out.drilled.restored, digest_at(clone));
    out.phases.push_back({"compare", watch.lap()});
    out.drilled.restore_took = restoring.lap();

    out.findings.insert(out.findings.end(), restored.findings.begin(), restored.findings.end());
    // Not of the restore: it would refuse, and the drill is to go on and show all it finds.
    MUSTER_TRY(auto result, Source::open(clone, {host.scratch}));
    MUSTER_TRY(const auto answers,
               ask_checks(result.connection(), step.checks, clone.string(), host));
    out.findings.insert(out.findings.end(), answers.begin(), answers.end());
    out.findings.push_back(judge_equality(out.drilled, step.source));
    if (step.rto)
        out.findings.push_back(
            judge_rto(out.drilled, step.source,
                      "inspection, safety snapshot, swap, validation and comparison"));
    std::move(sandbox).leave(keep_sandbox, step.source, out);
    out.drilled.passed = std::ranges::none_of(out.findings, fails);
    return out;
}

}  // namespace muster
