// What a rehearsal says of the backup it was given, and of its objectives.
#pragma once

#include <optional>

#include "drills/rehearsal.h"
#include "engine/model/manifest.h"
#include "engine/model/step.h"

namespace muster {

/// Of the snapshot that was picked: `volume_id`, where it is known; `taken_before`, where the drill
/// asks for an older state; `rpo`, where the latest was picked: the age of its content at `now`.
void judge_chosen(const DrillStep& step, const std::optional<Manifest>& manifest, Findings& out,
                  Time now);

/// Finding `rto`: what recovery took against the objective, which there is.
Finding judge_rto(const Drilled& drilled, const std::string& subject);

}  // namespace muster
