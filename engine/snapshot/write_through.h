// A restore that keeps the file: its content is replaced beside those who have it open.
#pragma once

#include <functional>
#include <string>

#include "engine/base/host.h"

namespace muster {

/// Writes the content of `staged` into `target`. `keep_former` snapshots what `target` holds and
/// tells where; what others commit between that and the lock would be in neither file, so that both
/// are done again then, a few times. The snapshot of a failed try is removed.
///
/// Where the writing itself fails, and it is not certain that nothing was written, the snapshot
/// stays and is named. Errors, with nothing written: damaged where the target is no sound database,
/// exclusive_holder where others never stop committing or hold it locked, and those of
/// overwrite_database().
Result<> write_through(const fs::path& staged, const fs::path& target,
                       const std::function<Result<std::string>()>& keep_former, const Host& host);

}  // namespace muster
