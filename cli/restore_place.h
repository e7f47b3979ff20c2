// What a policy says of a restore: where to, held to what, opened with which keys.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/model/plan.h"
#include "engine/run/policy_file.h"

namespace muster {

/// The target of the policy whose volume id a manifest names. ErrorCode::usage where there is none,
/// or where the manifest names none (`volume_id` is empty).
Result<const TargetFacts*> target_of_volume(const Policy& policy, const Observation& world,
                                            const std::string& volume_id);

/// Where every key of the policy's snapshots lies, each place once.
std::vector<KeyPlace> keys_of(const Policy& policy);

/// Fills in the target's own place where `step` has none yet, its checks of every depth, the schema
/// version it supports, and the keys of the protect that covers it in `store`, else of all that
/// cover it.
/// ErrorCode::not_available for a data directory; ErrorCode::usage where only a glob is known.
Result<> follow_policy(RestoreStep& step, const Policy& policy, const TargetFacts& target,
                       const std::string& store);

/// The service that works on the target, where the restore goes to the target's own place: another
/// copy concerns nobody. Its programs get no variable that a secret of the policy lies in.
std::optional<ServiceUse> service_at(const RestoreStep& step, const PolicyFile& policy,
                                     const TargetFacts& target);

/// Its programs do not get the variables that these keys lie in either.
void withhold(const std::vector<KeyPlace>& keys, ServiceUse& from);

}  // namespace muster
