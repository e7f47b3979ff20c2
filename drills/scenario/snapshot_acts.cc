#include <fmt/format.h>

#include <algorithm>

#include "drills/faults/mutation.h"
#include "drills/faults/prepare.h"
#include "drills/scenario/acts.h"
#include "engine/base/kill_point.h"
#include "engine/base/stopwatch.h"
#include "engine/snapshot/commit.h"
#include "engine/snapshot/restore.h"
#include "engine/snapshot/take.h"
#include "engine/sqlite/copy.h"

namespace muster {
namespace {

Result<ActEnd> copy_plainly(const SnapshotAct& act, Stage& stage, const Host& host) {
    const auto source = stage.database(act.of);
    CopyOptions options;
    options.scratch = host.scratch;
    options.may_be_empty = stage.step().may_be_empty;
    options.progress = [&](std::uint64_t done, std::uint64_t total) -> Result<> {
        host.progress("copying " + source.string(), done, total);
        return host.keep_going();
    };
    MUSTER_TRY(const auto copied, copy_database(source, stage.database(act.to), options));
    // A copy of a WAL database is one too; without sidecars it can be looked at like any artifact.
    MUSTER_TRY(auto connection, Connection::open(stage.database(act.to), OpenMode::read_write));
    MUSTER_CHECK(connection.query_value("PRAGMA journal_mode = DELETE"));
    stage.changed(act.to);
    return ActEnd{true, spell_bytes(copied.bytes)};
}

/// "find" and what a restore took, by the names that an objective is told in.
std::vector<Phase> recovery_of(Duration finding, const std::vector<Phase>& phases) {
    std::vector<Phase> out{{"find", finding}, {"decode", {}}, {"verify", {}}, {"restore", {}}};
    for (const auto& phase : phases) {
        const bool verifies = phase.name == "inspect" || phase.name == "validate";
        const auto place = phase.name == "stage" ? 1U : verifies ? 2U : 3U;
        out[place].elapsed += phase.elapsed;
    }
    return out;
}

}  // namespace

Result<ActEnd> perform(const SnapshotAct& act, Stage& stage, const Host& host) {
    if (!act.to.empty()) return copy_plainly(act, stage, host);
    SnapshotStep step;
    step.source = stage.database(act.of).string();
    step.volume_id = act.of == source_database ? stage.step().volume_id : act.of;
    if (step.volume_id.empty()) step.volume_id = act.of;
    step.volume_name = step.volume_id;
    step.schema_version_sql = stage.step().schema_version_sql.empty()
                                  ? SchemaVersionSpec{}.sql
                                  : stage.step().schema_version_sql;
    step.revision_sql = stage.step().revision_sql;
    step.compress = act.compress;
    step.checksum_file = true;
    step.may_be_empty = stage.step().may_be_empty;
    step.place = {"sandbox", (stage.sandbox() / "store").string(), act.as + "-{timestamp}", false};
    MUSTER_TRY(auto taken, take_snapshot(step, host));
    std::ranges::move(taken.findings, std::back_inserter(stage.rehearsal().findings));
    stage.add_snapshot(act.as, {taken.snapshot.path, {}});
    return ActEnd{true, spell_bytes(taken.snapshot.manifest.bytes_written)};
}

Result<ActEnd> perform(const MutateAct& act, Stage& stage, const Host&) {
    stage.changed(act.database);
    const auto database = stage.database(act.database);
    if (act.how == MutateHow::furnish) {
        MUSTER_CHECK(prepare_for_faults(database));
        return ActEnd{true, "an index, long rows, free pages and search tables were added"};
    }
    MUSTER_TRY(auto connection, Connection::open(database, OpenMode::read_write));
    MUSTER_TRY(const auto mutations, mutate(connection));
    auto& all = stage.rehearsal().drilled.mutations;
    all.insert(all.end(), mutations.begin(), mutations.end());
    kill_point("drill.mutated");
    std::vector<std::string> told;
    for (const auto& each : mutations)
        told.push_back(fmt::format("{} in {}", each.kind, each.table));
    return ActEnd{true, fmt::format("{}", fmt::join(told, ", "))};
}

Result<ActEnd> perform(const RestoreAct& act, Stage& stage, const Host& host) {
    MUSTER_TRY(const auto snapshot, stage.need_snapshot(act.snapshot));
    auto& rehearsal = stage.rehearsal();
    Stopwatch finding;
    MUSTER_TRY(const auto manifest, read_manifest(snapshot.artifact));
    const auto found_after = finding.lap();
    RestoreStep restore;
    restore.backup = snapshot.artifact.string();
    restore.target = stage.database(act.to).string();
    restore.force = true;
    restore.keys = snapshot.keys;
    if (act.snapshot == chosen_snapshot) {
        restore.supported_schema = stage.step().supported_schema;
        restore.checks = stage.step().checks;
    }
    stage.changed(act.to);
    Stopwatch restoring;
    auto restored = restore_backup(restore, host);
    const auto took = restoring.lap();
    const auto recovery =
        recovery_of(found_after, restored ? restored->phases : std::vector<Phase>{});
    if (!restored && !is_verdict(restored.error().code)) return Failure(restored.error());
    if (restored) {
        // That the sandbox is another place than the backup's own needs no warning.
        std::erase_if(restored->findings, [](const auto& each) { return each.code == "volume"; });
        std::ranges::move(restored->findings, std::back_inserter(rehearsal.findings));
        for (auto& each : restored->phases) rehearsal.phases.push_back(std::move(each));
    }
    if (!restored || restored->failure) {
        const auto& error = restored ? *restored->failure : restored.error();
        rehearsal.findings.push_back({"restore", Severity::error, Verdict::bad, restore.backup,
                                      error.message, "", "", "", error.hint});
        return ActEnd{false, error.message};
    }
    auto& drilled = rehearsal.drilled;
    // What an outage would take is the way from the store, where the drill has one.
    if (!stage.step().backup || act.snapshot == chosen_snapshot) {
        drilled.recovery = recovery;
        drilled.restore_took = {};
        for (const auto& part : recovery) drilled.restore_took += part.elapsed;
    }
    MUSTER_TRY(const auto there, status_of(restore.target));
    drilled.restored_bytes = there.size;
    return ActEnd{true, fmt::format("{} in {}", spell_bytes(there.size), spell_duration(took))};
}

}  // namespace muster
