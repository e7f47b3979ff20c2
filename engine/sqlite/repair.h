// Puts rows right by statements that a policy declares safe, and holds the result to its checks.
#pragma once

#include "engine/base/host.h"
#include "engine/model/policy/check_spec.h"
#include "engine/model/repair.h"

namespace muster {

struct RepairOptions {
    Duration wait = std::chrono::seconds{10};  ///< for those who write it
    bool rehearse = false;                     ///< everything is rolled back at the end
    std::string subject = {};                  ///< what faults call it; its path when left out
};

/// The failing ones of `checks` that have a safe repair are repaired, in one transaction and in
/// their order. It is committed only when each of them then holds, no other SQL check fails that
/// held, no more rows than before name a parent that is gone, and no FTS5 index over a table of its
/// own has come apart from that. Checks of payloads and of programs are not asked. Empty, with
/// nothing written, where no such check fails. Writers wait while the repairs are made and all
/// checks are asked once more.
///
/// The statement may change rows of tables, its triggers too, and nothing else, for at most
/// check_limit. Errors, with nothing changed: repair_failed; exclusive_holder where others write
/// for `wait`; permission_denied; interrupted. Killed anywhere, SQLite brings the former rows back.
Result<std::vector<Repair>> repair_rows(const fs::path& path, const std::vector<CheckSpec>& checks,
                                        const RepairOptions& options, const Host& host);

}  // namespace muster
