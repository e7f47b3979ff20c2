// What the world is after a run, worked out from what it was and what the steps did.
#pragma once

#include "engine/model/observation.h"
#include "engine/model/outcome.h"

namespace muster {

/// Adds what `outcomes` tell of snapshots that are in `world` already: proofs and bad verdicts,
/// rehearsals, and whether the last backup of a target failed. In the order they happened.
void learn(Observation& world, const Outcomes& outcomes);

/// `before` with the snapshots that were taken and removed, and what was learnt, as of `now`.
Observation after(Observation before, const Outcomes& outcomes, Time now);

}  // namespace muster
