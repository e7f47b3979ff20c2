// Takes a restore back.
#pragma once

#include <optional>

#include "engine/base/host.h"
#include "engine/model/manifest.h"
#include "engine/model/outcome.h"

namespace muster {

/// Owner and mode of a file that is about to get the target's name: those of what was there; of a
/// new one those its manifest tells, the owner only where we may give files away.
Result<> dress(const fs::path& staged, const FileStatus& former,
               const std::optional<FileOwner>& recorded);

/// The target holds what it held before `done`, and what is there now goes to `rejected`; in place
/// it is overwritten, and nothing goes there. Nobody else should have it open: what they commit
/// meanwhile is in what is rejected.
Result<> roll_back(const Restored& done, const fs::path& target, bool in_place,
                   const fs::path& rejected, const Host& host);

}  // namespace muster
