#include "reporters/health_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "reporters/counted.h"
#include "reporters/indented.h"

namespace muster {
namespace {

constexpr std::size_t few = 20;
constexpr std::size_t most_candidates = 20;

bool is_good(const Finding& finding) {
    return finding.verdict == Verdict::good;
}
bool is_well(const DatabaseHealth& health) {
    return std::ranges::all_of(health.findings, is_good);
}

std::string_view word_for(const DatabaseHealth& health) {
    if (health.verdict == Verdict::bad) return "ILL";
    if (health.verdict == Verdict::unchecked) return "UNCHECKED";
    return is_well(health) ? "well" : "warning";
}

std::string percent(double ratio) {
    return fmt::format("{:.1f} %", 100 * ratio);
}

std::string facts_of(const DatabaseHealth& health) {
    auto out = spell_bytes(health.bytes);
    if (health.pages)
        out += fmt::format(", {} of {}", counted(*health.pages, "page"),
                           spell_bytes({static_cast<std::uint64_t>(*health.page_size)}));
    if (health.free_pages)
        out += fmt::format(", {} free ({})", *health.free_pages, percent(*health.free_ratio));
    if (health.wal_bytes.count != 0) out += fmt::format(", log {}", spell_bytes(health.wal_bytes));
    if (health.checkpoint_lag && health.checkpoint_lag->count != 0)
        out += fmt::format(" ({} not folded in)", spell_bytes(*health.checkpoint_lag));
    if (health.growth && health.growth->bytes != 0)
        out +=
            fmt::format(", {}{} since {}", health.growth->bytes > 0 ? "+" : "-",
                        spell_bytes({static_cast<std::uint64_t>(std::abs(health.growth->bytes))}),
                        format_time(health.growth->since));
    if (health.backup)
        out += fmt::format(", newest backup {} ago, {}", spell_duration(health.backup->age),
                           health.backup->proven_at ? "proven" : "not proven");
    return out;
}

std::string finding_text(const Finding& finding) {
    const std::string_view word = finding.verdict == Verdict::unchecked ? "unchecked"
                                  : finding.severity == Severity::error ? "bad"
                                  : finding.severity == Severity::info  ? "note"
                                                                        : "warning";
    auto out = fmt::format("{:<11}{} ({}): {}", "", finding.code, word, finding.reason);
    if (!finding.expected.empty() && !finding.actual.empty())
        out +=
            fmt::format(" (expected {}, found {})", finding.expected, indented(finding.actual, 15));
    out += "\n";
    if (!finding.next.empty()) out += fmt::format("{:<11}next: {}\n", "", finding.next);
    return out;
}

std::string repair_text(const DatabaseHealth& health) {
    if (!health.repair) return "";
    if (!health.repair->fault.empty())
        return fmt::format("{:<11}cannot be repaired safely: {}\n", "", health.repair->fault);
    std::string out;
    for (const auto& each : health.repair->repairs) {
        out += fmt::format("{:<11}{}: its repair would make {} out of {}\n", "", each.check,
                           each.after, each.before);
        for (const auto& rows : each.touched)
            out += fmt::format("{:<13}{}\n", "", spell_touched(rows));
    }
    if (health.posture == RepairPosture::unsafe)
        out += fmt::format("{:<11}not repaired while something else is wrong\n", "");
    return out;
}

std::string text_of(const DatabaseHealth& health) {
    auto out = fmt::format("{:<10} {}{}  {}\n", word_for(health),
                           health.target.empty() ? "" : health.target + ", ", health.path,
                           facts_of(health));
    for (const auto& finding : health.findings)
        if (!is_good(finding)) out += finding_text(finding);
    return out + repair_text(health);
}

std::string candidates_text(const HealthReport& report) {
    if (report.candidates.empty()) return "";
    std::string out = "\nWorth a VACUUM, the most first:\n";
    for (std::size_t i = 0; i < std::min(report.candidates.size(), most_candidates); ++i) {
        const auto found =
            std::ranges::find(report.databases, report.candidates[i], &DatabaseHealth::path);
        out += fmt::format("  {:>10}  {:>7}  {}\n", spell_bytes(found->reclaimable),
                           percent(found->free_ratio.value_or(0)), found->path);
    }
    if (report.candidates.size() > most_candidates)
        out += fmt::format("  and {} more\n", report.candidates.size() - most_candidates);
    return out;
}

}  // namespace

std::string health_text(const HealthReport& report) {
    std::string out;
    for (const auto& health : report.databases)
        if (report.databases.size() <= few || !is_well(health)) out += text_of(health);
    out += candidates_text(report);
    bool any = false;
    for (const auto& finding : report.findings) {
        if (is_good(finding)) continue;
        if (!any) out += "\nBackups and drills:\n";
        any = true;
        out += fmt::format("{}{:<11}at {}\n", finding_text(finding), "", finding.subject);
    }
    for (const auto& note : report.notes) out += fmt::format("note: {}\n", note);
    const auto& sum = report.summary;
    out += fmt::format("\n{}: {} well", counted(sum.databases, "database"), sum.healthy);
    if (sum.warned > 0) out += fmt::format(" ({} with a warning)", sum.warned);
    if (sum.ill > 0) out += fmt::format(", {} ill", sum.ill);
    if (sum.unchecked > 0) out += fmt::format(", {} could not be looked at", sum.unchecked);
    if (sum.repair_safe > 0)
        out += fmt::format(", {} to be repaired safely ('muster repair-safe')", sum.repair_safe);
    if (sum.repair_unsafe > 0)
        out += fmt::format(", {} with a repair that needs a person", sum.repair_unsafe);
    out +=
        fmt::format("; {}, {} reclaimable\n", spell_bytes(sum.bytes), spell_bytes(sum.reclaimable));
    return out;
}

std::string complaint_text(const HealthReport& report) {
    std::string out;
    for (const auto& health : report.databases)
        if (health.verdict != Verdict::good) out += text_of(health);
    for (const auto& finding : report.findings)
        if (fails(finding)) out += finding_text(finding);
    return out;
}

}  // namespace muster
