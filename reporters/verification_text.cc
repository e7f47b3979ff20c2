#include "reporters/verification_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "reporters/counted.h"

namespace muster {
namespace {

/// Times of files have whole seconds.
std::string age_text(Duration age) {
    return age.count() == 0 ? "0 s" : spell_duration(age);
}

/// BAD outweighs what could not be checked.
std::string_view word_for(const Findings& findings) {
    if (std::ranges::none_of(findings, invalidates)) return "ok";
    return std::ranges::any_of(findings, fails) ? "BAD" : "UNCHECKED";
}

std::string checks_text(const Findings& findings) {
    const auto count = [&](Verdict verdict) {
        return std::ranges::count(findings, verdict, &Finding::verdict);
    };
    auto out = counted(count(Verdict::good), "check") + " good";
    if (const auto unchecked = count(Verdict::unchecked))
        out += fmt::format(", {} could not be made", unchecked);
    if (const auto bad = std::ranges::count_if(findings, [](const auto& each) {
            return each.verdict == Verdict::bad && !invalidates(each);
        }))
        out += fmt::format(", {}", counted(bad, "warning"));
    return out;
}

std::string what_it_is(const VerifiedFile& file) {
    auto out = spell_bytes(file.bytes);
    if (file.age) out += fmt::format(", {} old", age_text(*file.age));
    if (file.state && *file.state != BackupState::complete)
        out += fmt::format(", {}", name_of(*file.state));
    if (file.compression && *file.compression != Compression::none)
        out += fmt::format(", {}", name_of(*file.compression));
    return fmt::format("{}; {}", out, checks_text(file.findings));
}

std::string next_for(const Finding& finding) {
    return finding.next.empty()
               ? fmt::format("'muster inspect {}' shows every finding", finding.subject)
               : finding.next;
}

std::string wrong_text(const Findings& findings) {
    std::string out;
    for (const auto& finding : findings) {
        if (!invalidates(finding)) continue;
        out += fmt::format("{:<11}{}: {}", "", finding.code, finding.reason);
        if (!finding.expected.empty() && !finding.actual.empty())
            out += fmt::format(" (expected {}, found {})", finding.expected, finding.actual);
        out += fmt::format("\n{:<11}next: {}\n", "", next_for(finding));
    }
    return out;
}

std::string totals_text(const VerificationReport& report) {
    const auto& sum = report.summary;
    auto out = fmt::format("{}: {} valid, {} invalid", counted(sum.total_files, "backup"),
                           sum.valid_files, sum.invalid_files);
    if (sum.unchecked_files > 0)
        out += fmt::format(", {} could not be checked", sum.unchecked_files);
    if (sum.passed_over > 0)
        out += fmt::format("; {} passed over", counted(sum.passed_over, "other file"));
    if (sum.newest_age)
        out += fmt::format("; the newest valid one is {} old", age_text(*sum.newest_age));
    return fmt::format("{}\n{} read in {} ({}/s, {} at a time), looked at to depth {}\n", out,
                       spell_bytes(report.performance.bytes_read),
                       spell_duration(report.performance.elapsed),
                       spell_bytes(report.performance.bytes_per_second), report.performance.jobs,
                       name_of(report.depth));
}

std::string complaint(const Finding& finding, const std::string& about) {
    return fmt::format("muster: {}: {}\n  next: {}\n", finding.code, about, next_for(finding));
}

}  // namespace

std::string verification_text(const VerificationReport& report) {
    std::string out;
    for (const auto& file : report.files)
        out +=
            fmt::format("{:<11}{} ({})\n", word_for(file.findings), file.path, what_it_is(file)) +
            wrong_text(file.findings);
    for (const auto& finding : report.findings)
        out += fmt::format("{:<11}{}\n", "BAD", finding.subject) + wrong_text({finding});
    return out + fmt::format("\n{}", totals_text(report));
}

std::string complaint_text(const VerificationReport& report) {
    std::string out;
    for (const auto& file : report.files)
        for (const auto& finding : file.findings)
            if (invalidates(finding))
                out += complaint(finding, fmt::format("{}: {}", file.path, finding.reason));
    for (const auto& finding : report.findings) out += complaint(finding, finding.reason);
    return out;
}

}  // namespace muster
