// Gathers every fact a plan may use. Reads only.
#pragma once

#include "engine/base/host.h"
#include "engine/evidence/chain.h"
#include "engine/model/observation.h"
#include "engine/model/plan.h"
#include "engine/run/policy_file.h"

namespace muster {

/// Expands the globs of the policy's targets, probes every database without touching it, lists
/// every store, and takes proofs and rehearsals from the chain. What cannot be reached is a
/// trouble of its target or store, not an Error.
Result<Observation> observe(const PolicyFile& file, const StateFolder& state, const Host& host);

/// Adds what a look into those databases tells whose care is due in a plan of `selection`
/// (plan/looks_wanted.h). Each is copied, which takes the time of a backup. Fails only when
/// interrupted.
Result<> observe_health(Observation& world, const Policy& policy, const Selection& selection,
                        const Host& host);

/// Targets that are one file each, named by its path, without stores and records.
Observation observe_databases(const Policy& policy, const Host& host);

/// The name of the one store in the observation of a directory.
inline constexpr std::string_view directory_store = "directory";

/// What lies in a directory that no policy describes, and what all records tell of it. It has no
/// targets; those of the snapshots are the names in their manifests.
Result<Observation> observe_directory(const fs::path& directory, const StateFolder& state,
                                      Time now);

}  // namespace muster
