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

/// find_backups() and verify_backups(). Where a directory seems to hold none because a live run
/// took the last ones away while it was looked through, as pruning behind a new one does, it is
/// looked through again, a few times.
Result<VerificationReport> verify_places(const std::vector<fs::path>& paths,
                                         const std::vector<std::string>& patterns,
                                         const VerifyRules& rules, int jobs, const Host& host);

}  // namespace muster
