#include "engine/snapshot/verify_file.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/stopwatch.h"
#include "engine/snapshot/names.h"

namespace muster {
namespace {

bool is_interruption(const Error& error) {
    return error.code == ErrorCode::interrupted || error.code == ErrorCode::terminated;
}

InspectOptions options_for(const FoundBackup& backup, const VerifyRules& rules) {
    auto out = rules.inspect;
    const auto manifest = status_of(manifest_of(backup.path));
    if (out.depth == Depth::checksum && manifest && !manifest->exists) out.depth = Depth::quick;
    return out;
}

Finding finding_of(const Error& error, const std::string& subject) {
    return {std::string{name_of(error.code)},
            Severity::error,
            error.code == ErrorCode::not_found ? Verdict::bad : Verdict::unchecked,
            subject,
            error.message,
            "a file that can be read",
            "",
            "",
            error.hint};
}

std::optional<Time> modified(const fs::path& path) {
    std::error_code unsaid;
    const auto time = fs::last_write_time(path, unsaid);
    if (unsaid) return std::nullopt;
    return std::chrono::floor<std::chrono::seconds>(std::chrono::file_clock::to_sys(time));
}

Finding judge_age(const VerifiedFile& file, Duration limit, Time now) {
    Finding finding{"age",
                    Severity::error,
                    Verdict::good,
                    file.path,
                    "it is new enough",
                    fmt::format("at most {}", spell_duration(limit)),
                    "unknown",
                    "",
                    ""};
    if (file.age) finding.actual = spell_duration(*file.age);
    if (!file.created_at) {
        finding.verdict = Verdict::unchecked;
        finding.reason = "nothing tells when it was taken";
        finding.next = "take another backup";
    } else if (*file.created_at > now) {
        finding.verdict = Verdict::bad;
        finding.reason = "it is dated in the future: the clock was wrong, then or now";
        finding.actual = format_time(*file.created_at);
        finding.next = "set the clock right, and take another backup";
    } else if (*file.age > limit) {
        finding.verdict = Verdict::bad;
        finding.reason = "it is too old";
        finding.next = "find out why no newer one was taken, or prune it";
    }
    return finding;
}

Finding judge_size(const VerifiedFile& file, const VerifyRules& rules) {
    const auto least = rules.min_size.value_or(Bytes{0});
    const bool small = file.bytes < least;
    const bool large = rules.max_size && file.bytes > *rules.max_size;
    auto expected = fmt::format("at least {}", spell_bytes(least));
    if (rules.max_size)
        expected = rules.min_size
                       ? fmt::format("{} to {}", spell_bytes(least), spell_bytes(*rules.max_size))
                       : fmt::format("at most {}", spell_bytes(*rules.max_size));
    return {"size",
            Severity::error,
            small || large ? Verdict::bad : Verdict::good,
            file.path,
            small ? "it is too small" : (large ? "it is too large" : "its size is in bounds"),
            std::move(expected),
            spell_bytes(file.bytes),
            "",
            small || large ? "compare it with its database, and with the backups before it" : ""};
}

VerifiedFile without_inspection(const FoundBackup& backup, const Error& error) {
    VerifiedFile out;
    out.path = backup.path.string();
    if (const auto there = status_of(backup.path); there && there->regular) out.bytes = there->size;
    out.findings.push_back(finding_of(error, out.path));
    return out;
}

VerifiedFile judged(Inspection seen, const VerifyRules& rules, Time now) {
    VerifiedFile out;
    out.path = seen.backup;
    out.state = seen.state;
    out.bytes = seen.bytes;
    out.checksum = seen.checksum;
    out.compression = seen.compression;
    out.key_id = std::move(seen.key_id);
    out.created_at = seen.manifest ? seen.manifest->created_at : modified(out.path);
    if (out.created_at) out.age = std::max(Duration{0}, Duration{now - *out.created_at});
    out.findings = std::move(seen.findings);
    if (rules.max_age) out.findings.push_back(judge_age(out, *rules.max_age, now));
    if (rules.min_size || rules.max_size) out.findings.push_back(judge_size(out, rules));
    return out;
}

}  // namespace

Result<std::optional<VerifiedFile>> verify_file(const FoundBackup& backup, const VerifyRules& rules,
                                                Time now, const Host& host) {
    Stopwatch watch;
    VerifiedFile file;
    if (backup.unread) {
        file = without_inspection(backup, *backup.unread);
    } else if (auto seen = inspect_backup(backup.path, options_for(backup, rules), host)) {
        file = judged(*std::move(seen), rules, now);
    } else if (is_interruption(seen.error())) {
        return Failure(seen.error());
    } else if (seen.error().code == ErrorCode::not_found && !backup.named) {
        return std::nullopt;  // pruned since it was found
    } else {
        file = without_inspection(backup, seen.error());
    }
    const auto wrong = std::ranges::find_if(file.findings, invalidates);
    file.valid = wrong == file.findings.end();
    if (!file.valid) file.reason = wrong->reason;
    file.elapsed = watch.lap();
    return file;
}

}  // namespace muster
