#include "engine/plan/compaction.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/error.h"

namespace muster {
namespace {

constexpr double enough_ratio = 0.2;
constexpr Bytes enough_bytes{std::uint64_t{16} << 20U};

Reason reason_of(ErrorCode code, const Finding& finding, std::size_t others) {
    return {std::string{name_of(code)},
            fmt::format("{}{}", told(finding),
                        others == 0 ? "" : fmt::format(", and {} more", others))};
}

double part_of(Bytes free, Bytes pages) {
    return pages.count == 0 ? 0
                            : static_cast<double>(free.count) / static_cast<double>(pages.count);
}

}  // namespace

std::string spell_free(Bytes pages, Bytes free) {
    return fmt::format("{} free, {:.1f} % of it", spell_bytes(free), 100 * part_of(free, pages));
}

Bytes least_free_bytes(const CompactSpec& rules) {
    return rules.min_free_bytes.value_or(enough_bytes);
}
double least_free_ratio(const CompactSpec& rules) {
    return rules.min_free_ratio.value_or(enough_ratio);
}

std::optional<Reason> below_threshold(const CompactSpec& rules, Bytes pages, Bytes free) {
    if (pages.count == 0) return std::nullopt;
    const bool worth =
        free >= least_free_bytes(rules) && part_of(free, pages) >= least_free_ratio(rules);
    if (worth && free.count > 0) return std::nullopt;
    return Reason{"below_threshold",
                  fmt::format("{}; worth it from {} and {:g} % on", spell_free(pages, free),
                              spell_bytes(least_free_bytes(rules)), 100 * least_free_ratio(rules))};
}

std::optional<Reason> unsafe_to_compact(const CompactSpec& rules, const DatabaseHealth& health,
                                        bool repaired_before) {
    const auto is_repaired = [&](const Finding& finding) {
        return repaired_before && health.repair && !finding.check.empty() &&
               std::ranges::find(health.repair->repairs, finding.check, &Repair::check) !=
                   health.repair->repairs.end();
    };
    const Finding* worst = nullptr;
    std::size_t count = 0;
    for (const auto& finding : health.findings) {
        if (finding.verdict == Verdict::good || finding.severity == Severity::info ||
            finding.code == "compaction_recommended" || is_repaired(finding))
            continue;
        ++count;
        const bool of_the_pages = finding.severity == Severity::error && finding.check.empty();
        if (of_the_pages) {
            const bool bad = finding.verdict == Verdict::bad;
            return reason_of(bad ? ErrorCode::damaged : ErrorCode::other_findings, finding, 0);
        }
        if (worst == nullptr || fails(finding)) worst = &finding;
    }
    if (worst == nullptr || rules.include_unsafe) return std::nullopt;
    return reason_of(ErrorCode::other_findings, *worst, count - 1);
}

}  // namespace muster
