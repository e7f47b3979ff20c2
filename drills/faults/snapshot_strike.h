// Faults that strike before or in the store: a snapshot is what is looked at.
#pragma once

#include "drills/faults/fault_scene.h"
#include "engine/base/host.h"
#include "engine/model/fault_catalogue.h"

namespace muster {

/// For the strikes source, artifact and resealed, as try_fault() says. What is made is left in
/// `folder`.
Result<Reaction> strike_snapshot(const FaultRow& row, const FaultScene& scene,
                                 const fs::path& folder, const Host& host);

}  // namespace muster
