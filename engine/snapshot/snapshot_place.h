// Where a snapshot may go, and what it is called there.
#pragma once

#include <utility>

#include "engine/base/host.h"
#include "engine/model/step.h"

namespace muster {

/// A snapshot must never land on a database: not on its source, not on a sidecar of it, not on
/// another one that is in use (ErrorCode::live_database), nor on a file that is no snapshot
/// (target_exists).
Result<> refuse_live_place(const fs::path& source, const fs::path& place);

/// While a restore moves the files of `source` one by one, what lies there is no database.
/// ErrorCode::live_database.
Result<> refuse_unfinished_restore(const fs::path& source);

/// Key and time of the snapshot to be. A name with a time of whole seconds may be taken by one of
/// the same second, in whatever format: then it waits for the next.
Result<std::pair<std::string, Time>> free_name(const SnapshotStep& step, const Host& host);

}  // namespace muster
