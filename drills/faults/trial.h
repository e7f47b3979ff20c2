// One fault injected for real, and what the checks say to it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "drills/faults/catalogue.h"
#include "engine/base/host.h"
#include "engine/model/finding.h"
#include "engine/model/policy.h"

namespace muster {

struct FaultScene {
    fs::path clone;     ///< a database after prepare_for_faults(), without a log; only read
    fs::path artifact;  ///< plain, with manifest and .sha256, taken of the clone; only read
    fs::path folder;    ///< what a trial makes is below it, and gone afterwards
    std::vector<CheckSpec> checks;
    std::string volume_id;  ///< of the artifact
    std::optional<std::int64_t> supported_schema;
    std::uint64_t seed = 0;  ///< chooses the places
    fs::path muster;         ///< the program; empty: the faults that need a process do not apply
    /// What inspect_backup() says of the artifact: what is ill already proves nothing, and counts
    /// for no trial.
    Findings known;
};

/// Breaks a copy and looks at it. source: a snapshot is taken of the damaged clone and inspected at
/// depth full; the error of taking it counts too. artifact, resealed: inspected at depth full, and
/// asked for its volume; for clock_skew the store is listed and a snapshot picked from it.
/// restored: restored into the folder, then damaged, examined at depth full, and compared by bytes,
/// rows and owner.
///
/// What tells a fault: each bad finding; one that keeps the backup from being restored; a manifest
/// that was there and is not. An Error where the trial itself cannot be held: usage for a fault
/// that the catalogue does not have there, interrupted, and those of the file system.
Result<FaultTrial> try_fault(Fault fault, Strike strike, const FaultScene& scene, const Host& host);

}  // namespace muster
