// What the bytes of one database hold, whatever artifact they come from or go into.
#pragma once

#include "engine/base/host.h"
#include "engine/model/finding.h"
#include "engine/model/policy.h"
#include "engine/sqlite/connection.h"

namespace muster {

struct Questions {
    Depth depth = Depth::full;
    std::vector<CheckSpec> checks;  ///< asked only of a database that is sound
    bool operator==(const Questions&) const = default;
};

/// Findings of verify_database(), then one `check` for each policy question. `database` is a file
/// nobody writes; `subject` is what the findings call it. Errors are of muster's own I/O, and
/// interrupted.
Result<Findings> examine_database(const fs::path& database, const Questions& questions,
                                  const std::string& subject, const Host& host);

/// Whether `database` may be packed or repaired by itself: ErrorCode::damaged with the first
/// finding of weight error that is bad, other_findings with one that could not be made. `why` ends
/// the sentence "DATABASE is left as it is, for …".
Result<> require_sound(const Findings& findings, const std::string& database, std::string_view why);

/// One `check` for each of a policy's questions.
Result<Findings> ask_checks(Connection& connection, const std::vector<CheckSpec>& checks,
                            const std::string& subject, const Host& host);

/// What was found in bytes of that digest: it holds for every file of those bytes.
struct Examination {
    Sha256 content;
    Questions questions;
    Findings findings;

    bool answers(const Questions& asked, const Sha256& of) const {
        return content == of && questions == asked;
    }
};

}  // namespace muster
