#include "engine/snapshot/safe_repair.h"

#include "engine/snapshot/examine.h"
#include "engine/snapshot/safety_copy.h"
#include "engine/snapshot/take.h"
#include "engine/sqlite/repair.h"

namespace muster {
namespace {

constexpr std::string_view suffix = "pre-repair-{timestamp}.sqlite3";

Result<std::vector<Repair>> repair_if_sound(const Findings& findings, const RepairStep& step,
                                            const fs::path& database, const Host& host) {
    MUSTER_CHECK(require_sound(findings, step.source, "what else is wrong with it matters more"));
    return repair_rows(database, step.checks, {}, host);
}

}  // namespace

Result<SafelyRepaired> repair_safely(const RepairStep& step, const Host& host) {
    const auto database = real_path(step.source);
    const auto safety = safety_snapshot(database, database.parent_path(), std::string{suffix});
    auto taken = take_snapshot(safety, host, Questions{Depth::full, {}});
    if (!taken)
        return Failure(taken.error().during("taking a snapshot of the database to be repaired"));
    const auto& kept = taken->snapshot;
    SafelyRepaired out{{database.string(), kept.path, {}}, {}};
    if (taken->examination) out.findings = std::move(taken->examination->findings);
    auto repairs = repair_if_sound(out.findings, step, database, host);
    if (repairs && !repairs->empty()) {
        out.repaired.repairs = *std::move(repairs);
        return out;
    }
    const auto forgotten = forget_safety_copy(kept.path, host.now());
    if (!repairs) return Failure(std::move(repairs).error());
    MUSTER_CHECK(forgotten);
    out.repaired.safety_copy.clear();
    return out;
}

}  // namespace muster
