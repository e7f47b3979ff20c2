// What a trial works on, and what comes of one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "drills/faults/injection.h"
#include "engine/base/file.h"
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

/// What was injected, and what was said to it.
struct Reaction {
    Injection injection;
    Findings findings;
    std::vector<std::string> errors;  ///< codes
};

}  // namespace muster
