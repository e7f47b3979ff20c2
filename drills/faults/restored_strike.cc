#include "drills/faults/restored_strike.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drills/faults/program_faults.h"
#include "drills/faults/row_faults.h"
#include "drills/judge_copy.h"
#include "engine/snapshot/commit.h"
#include "engine/snapshot/examine.h"
#include "engine/snapshot/restore.h"

namespace muster {
namespace {

Result<Injection> damage_restored(Fault fault, const FaultScene& scene, const fs::path& restored) {
    if (fault == Fault::stale_wal)
        return leave_stale_wal(restored, restored.parent_path(), scene.seed);
    if (fault != Fault::wrong_owner) return damage_file(fault, restored, scene.seed);
    MUSTER_TRY(const auto there, status_of(restored));
    if (::geteuid() == 0 && scene.seed % 2 == 1) {
        if (::chown(restored.c_str(), there.owner + 1, there.group) != 0)
            return Failure(system_error(errno, "change the owner of", restored));
        return Injection::at(fmt::format("user {} instead of {}", there.owner + 1, there.owner));
    }
    const auto mode = there.mode ^ 0044U;
    if (::chmod(restored.c_str(), mode) != 0)
        return Failure(system_error(errno, "change the mode of", restored));
    return Injection::at(fmt::format("mode {:04o} instead of {:04o}", mode, there.mode));
}

Result<Findings> look_at(const FaultScene& scene, const fs::path& restored, const Host& host) {
    MUSTER_TRY(const auto manifest, read_manifest(scene.artifact));
    if (!manifest)
        return fail(ErrorCode::manifest_mismatch,
                    scene.artifact.string() + " has no manifest to compare with");
    MUSTER_TRY(auto findings,
               examine_database(restored, {Depth::full, scene.checks}, restored.string(), host));
    MUSTER_TRY(auto bytes, judge_bytes(restored, *manifest));
    MUSTER_TRY(auto rows, judge_rows(restored, scene.artifact, host));
    MUSTER_TRY(auto owner, judge_owner(restored, *manifest));
    for (auto* each : {&bytes, &rows, &owner}) findings.push_back(std::move(*each));
    return findings;
}

}  // namespace

Result<Reaction> strike_restored(Fault fault, const FaultScene& scene, const fs::path& folder,
                                 const Host& host) {
    if (fault == Fault::full_disk) return fill_disk(scene, folder, host);
    if (fault == Fault::killed_restore) return kill_restore(scene, folder, host);
    RestoreStep step;
    step.backup = scene.artifact.string();
    step.target = (folder / "restored.sqlite").string();
    step.verify = false;  // what is to be looked at is yet to be damaged
    MUSTER_CHECK(restore_backup(step, host));
    Reaction out;
    MUSTER_TRY(out.injection, damage_restored(fault, scene, step.target));
    if (!out.injection.done) return out;
    MUSTER_TRY(out.findings, look_at(scene, step.target, host));
    return out;
}

}  // namespace muster
