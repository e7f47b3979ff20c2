// Pins: `<artifact>.pin` beside an artifact, without which no rule is asked.
#pragma once

#include <optional>

#include "engine/base/file.h"
#include "engine/model/pin.h"

namespace muster {

/// Nothing when it is not pinned. A pin that cannot be read still pins: its reason is then
/// "unreadable pin", and nothing else of it is known.
std::optional<Pin> pin_on(const fs::path& artifact);

/// Under the claim on `artifact`. ErrorCode::target_exists when it is pinned already and `replace`
/// is Replace::no; not_found, unfinished_snapshot or manifest_mismatch where `artifact` is no
/// committed snapshot; lease_held when a run is at work on it.
Result<> pin_snapshot(const fs::path& artifact, const Pin& pin, Replace replace);

/// Removes the pin, under the same claim, and gives it back. The snapshot itself may be gone.
/// ErrorCode::not_found when there is no pin.
Result<Pin> unpin_snapshot(const fs::path& artifact, Time now);

/// Fails with `refusal` where `artifact` is pinned. For whoever is about to remove or replace it,
/// and holds the claim.
Result<> require_unpinned(const fs::path& artifact, ErrorCode refusal);

}  // namespace muster
