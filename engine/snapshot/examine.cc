#include "engine/snapshot/examine.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/sqlite/check.h"
#include "engine/sqlite/integrity.h"
#include "engine/sqlite/interrupt_watch.h"
#include "engine/sqlite/payload_check.h"
#include "engine/sqlite/program_check.h"

namespace muster {

Result<Findings> ask_checks(Connection& connection, const std::vector<CheckSpec>& checks,
                            const std::string& subject, const Host& host) {
    Findings findings;
    InterruptWatch watch{host.keep_going};
    watch.add(connection);
    for (const auto& check : checks) {
        auto asked = check.blobs ? check_payloads(connection, check, subject, host.keep_going)
                     : check.command.empty()
                         ? Result<Finding>{run_check(connection, check, subject)}
                         : check_by_program(connection, check, subject, host);
        MUSTER_TRY(auto finding, std::move(asked));
        finding.check = check.name;
        findings.push_back(std::move(finding));
    }
    MUSTER_CHECK(watch.outcome());  // what was interrupted looks like a bad answer
    return findings;
}

Result<> require_sound(const Findings& findings, const std::string& database,
                       std::string_view why) {
    const auto doubtful = std::ranges::find_if(findings, [](const auto& finding) {
        return finding.severity == Severity::error && finding.verdict != Verdict::good;
    });
    if (doubtful == findings.end()) return {};
    return fail(fails(*doubtful) ? ErrorCode::damaged : ErrorCode::other_findings,
                fmt::format("{} is left as it is, for {}: {}", database, why, told(*doubtful)),
                doubtful->next.empty() ? "'muster doctor' tells more" : doubtful->next);
}

Result<Findings> examine_database(const fs::path& database, const Questions& questions,
                                  const std::string& subject, const Host& host) {
    MUSTER_TRY(
        auto findings,
        verify_database(database, {questions.depth, host.scratch, host.keep_going}, subject));
    if (std::ranges::any_of(findings, fails) || questions.checks.empty()) return findings;
    MUSTER_TRY(auto connection, Connection::open(database, OpenMode::immutable));
    MUSTER_TRY(const auto answers, ask_checks(connection, questions.checks, subject, host));
    findings.insert(findings.end(), answers.begin(), answers.end());
    return findings;
}

}  // namespace muster
