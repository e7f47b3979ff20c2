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

/// For people, and exact where that would say the same of two that differ.
template <class T>
std::string spell_apart(T one, T other, std::string (*spell)(T), std::string (*exact)(T)) {
    return spell(one) == spell(other) ? exact(one) : spell(one);
}
std::string spell_apart(Duration one, Duration other) {
    return spell_apart(one, other, spell_duration, format_duration);
}
std::string spell_apart(Bytes one, Bytes other) {
    return spell_apart<Bytes>(one, other, spell_bytes,
                              [](Bytes bytes) { return fmt::format("{} bytes", bytes.count); });
}

Finding judge_age(const VerifiedFile& file, Duration limit) {
    Finding finding{"age",
                    Severity::error,
                    Verdict::good,
                    file.path,
                    "it is new enough",
                    fmt::format("at most {}", spell_apart(limit, file.age.value_or(Duration{0}))),
                    "unknown",
                    "",
                    ""};
    if (file.age) finding.actual = spell_apart(*file.age, limit);
    if (!file.created_at) {
        finding.verdict = Verdict::unchecked;
        finding.reason = "nothing tells when it was taken";
        finding.next = "take another backup";
    } else if (!file.age) {
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
    const auto limit = large ? *rules.max_size : least;
    auto expected = fmt::format("at least {}", spell_apart(least, file.bytes));
    if (rules.max_size) {
        const auto most = spell_apart(*rules.max_size, file.bytes);
        expected = rules.min_size ? fmt::format("{} to {}", spell_apart(least, file.bytes), most)
                                  : fmt::format("at most {}", most);
    }
    return {"size",
            Severity::error,
            small || large ? Verdict::bad : Verdict::good,
            file.path,
            small ? "it is too small" : (large ? "it is too large" : "its size is in bounds"),
            std::move(expected),
            spell_apart(file.bytes, limit),
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

VerifiedFile judged(Inspection seen, const VerifyRules& rules, Time at, Time now) {
    VerifiedFile out;
    out.path = seen.backup;
    out.state = seen.state;
    out.bytes = seen.bytes;
    out.checksum = seen.checksum;
    out.compression = seen.compression;
    out.key_id = std::move(seen.key_id);
    out.created_at = seen.manifest ? seen.manifest->created_at : modified(out.path);
    if (out.created_at && *out.created_at <= now)
        out.age = std::max(Duration{0}, Duration{at - *out.created_at});
    out.findings = std::move(seen.findings);
    if (rules.max_age) out.findings.push_back(judge_age(out, *rules.max_age));
    if (rules.min_size || rules.max_size) out.findings.push_back(judge_size(out, rules));
    return out;
}

}  // namespace

Result<std::optional<VerifiedFile>> verify_file(const FoundBackup& backup, const VerifyRules& rules,
                                                Time at, const Host& host) {
    Stopwatch watch;
    VerifiedFile file;
    if (backup.unread) {
        file = without_inspection(backup, *backup.unread);
    } else if (auto seen = inspect_backup(backup.path, options_for(backup, rules), host)) {
        file = judged(*std::move(seen), rules, at, host.now());
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
