// VACUUM INTO: a new file that holds the same rows, packed.
#pragma once

#include "engine/base/file.h"

namespace muster {

/// Packs `copy`, a sound database that nobody writes, into `destination`, which must not exist:
/// 0600, synced. Only for a copy that was checked: VACUUM INTO makes clean-looking files of damaged
/// ones. The new file is in rollback mode whatever the copy was in. Fails with no_space,
/// target_exists, and sqlite where a collation, function or module of the schema is not here; then
/// there is no destination.
Result<> vacuum_into(const fs::path& copy, const fs::path& destination);

}  // namespace muster
