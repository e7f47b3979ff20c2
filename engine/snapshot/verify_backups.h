// Many backups, several of them side by side: is every one valid, and how old is the newest?
#pragma once

#include "engine/snapshot/verify_file.h"

namespace muster {

/// Looks at `jobs` files at a time, at most one thread each; the memory of one job does not depend
/// on the size of its file. Files are reported by path, whatever the jobs. Only one thread at a
/// time calls into `host`. A finding none_found for each directory without a backup.
/// Fails only when interrupted; no job goes on then.
Result<VerificationReport> verify_backups(const FoundBackups& found, const VerifyRules& rules,
                                          int jobs, const Host& host);

}  // namespace muster
