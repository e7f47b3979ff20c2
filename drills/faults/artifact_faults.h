// Damage to a stored snapshot and the files beside it.
#pragma once

#include "drills/faults/injection.h"
#include "engine/base/file.h"
#include "engine/base/time.h"
#include "engine/model/fault.h"
#include "engine/model/manifest.h"

namespace muster {

/// Copies `artifact`, its manifest and its .sha256 file, where they are there, into `folder`, which
/// is made; the copy bears the same name.
Result<fs::path> copy_artifact(const fs::path& artifact, const fs::path& folder);

/// Makes the manifest of `artifact` say what its bytes are by now, and the .sha256 file where the
/// manifest tells of one. What the manifest says of the content of an encoded one stays.
Result<> reseal(const fs::path& artifact);

/// Against what the things of an artifact are newer, and later.
struct ReaderFacts {
    std::int64_t supported_schema = 0;
    std::string tool_version;
    Time now{};
};

/// Breaks one thing about `artifact`, a copy that nobody reads, whose manifest can be read:
///   missing_manifest  it is gone
///   torn_manifest     it ends in the middle
///   edited_manifest   it tells another SHA-256
///   wrong_hash_file   the .sha256 file tells another one
///   encoded_bit       a bit in the middle of the artifact
///   newer_schema      it tells a newer schema than supported_schema
///   newer_major       it was written by a newer major version than tool_version
///   half_uploaded     half the artifact is there, and an intent instead of the manifest
///   clock_skew        it was taken a day after `now`
///   wrong_target      it is of another volume
Result<Injection> damage_artifact(Fault fault, const fs::path& artifact, const ReaderFacts& reader,
                                  std::uint64_t seed);

}  // namespace muster
