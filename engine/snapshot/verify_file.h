// One backup among many: is it valid?
#pragma once

#include <optional>

#include "engine/model/verification_report.h"
#include "engine/snapshot/find_backups.h"
#include "engine/snapshot/inspect.h"

namespace muster {

/// What is asked of each file besides that it is sound.
struct VerifyRules {
    InspectOptions inspect;
    std::optional<Duration> max_age;
    std::optional<Bytes> min_size;
    std::optional<Bytes> max_size;
};

/// Findings: those of inspect_backup(), then `age` and `size` where a rule asks for them. What has
/// no manifest is looked at to depth quick at least: no checksum vouches for it. A file that cannot
/// be looked at is invalid, with one finding of the Error's code. Nothing where a file that was
/// found, not named, is gone by now. Ages are those at `at`, when the verification began; the
/// future is what comes after host.now(). Fails only when interrupted.
Result<std::optional<VerifiedFile>> verify_file(const FoundBackup& backup, const VerifyRules& rules,
                                                Time at, const Host& host);

}  // namespace muster
