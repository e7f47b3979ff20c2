// Named places at which a test may kill the process, to prove that what is left is the old or
// the new state and that the next run says so.
#pragma once

#include <array>
#include <string_view>

namespace muster {

/// Every place there is, in the order a run passes them. The fault tests kill at each one.
inline constexpr std::array<std::string_view, 21> kill_points{
    "run.started",
    "snapshot.copied",
    "snapshot.staged",
    "snapshot.intent_written",
    "snapshot.artifact_stored",
    "snapshot.checksum_written",
    "snapshot.committed",
    "verify.done",
    "prune.manifest_removed",
    "restore.safety_taken",
    "restore.staged",
    "overwrite.journaled",
    "overwrite.written",
    "swap.folded",
    "swap.intent_written",
    "swap.moved_aside",
    "swap.renamed",
    "compact.packed",
    "repair.changed",
    "drill.mutated",
    "run.record_ready",
};

/// Dies by SIGKILL when the environment's MUSTER_TEST_KILL_AT names this place; else does nothing.
/// Asserts that `place` is in kill_points.
void kill_point(std::string_view place);

}  // namespace muster
