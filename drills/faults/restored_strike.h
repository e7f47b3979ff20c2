// Faults that strike a restored copy, or a restore on its way.
#pragma once

#include "drills/faults/fault_scene.h"
#include "engine/base/host.h"
#include "engine/model/fault.h"

namespace muster {

/// For the strike restored, as try_fault() says. What is made is left in `folder`.
Result<Reaction> strike_restored(Fault fault, const FaultScene& scene, const fs::path& folder,
                                 const Host& host);

}  // namespace muster
