// One fault injected for real, and what the checks say to it.
#pragma once

#include "drills/faults/fault_scene.h"
#include "engine/base/host.h"
#include "engine/model/fault_catalogue.h"

namespace muster {

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
