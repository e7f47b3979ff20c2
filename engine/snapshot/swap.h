// Puts one database in the place of another so that no left-over -wal, -shm or -journal of the
// former one is ever applied to the new one, and a kill at any instant leaves one of the two.
#pragma once

#include <optional>
#include <string>

#include "engine/base/host.h"
#include "engine/base/result.h"

namespace muster {

/// Moves `staged`, a closed database in the folder of `target`, to `target`. Nothing is lost: what
/// `safety_copy` holds is replaced, everything else is set aside.
///
/// The former database is folded into its main file under an exclusive lock (checkpoint, journal
/// mode DELETE); while it still holds what `safety_copy`, an online copy of it, holds, one rename
/// replaces it. Where there is no copy (empty), something was committed since, or it cannot be
/// folded because it is damaged or somebody holds it, all its files are renamed aside under an
/// intent instead; the result is then the path of its main file, else empty. While the intent is
/// there after a failure, finish_swap() goes on.
Result<std::string> swap_in(const fs::path& staged, const fs::path& target,
                            const fs::path& safety_copy, Time now);

/// Takes back a swap that set the former database aside: it returns with all its files, and what
/// had replaced it goes to `rejected`.
Result<> swap_back(const fs::path& set_aside, const fs::path& target, const fs::path& rejected);

/// Finishes what a killed restore of `target` began, and removes what it had only staged. One
/// sentence when there was something. The caller holds the claim on `target`.
Result<std::optional<std::string>> finish_swap(const fs::path& target);

}  // namespace muster
