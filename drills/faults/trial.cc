#include "drills/faults/trial.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "drills/faults/restored_strike.h"
#include "drills/faults/snapshot_strike.h"
#include "engine/model/inspection.h"
#include "engine/sqlite/scratch.h"

namespace muster {
namespace {

bool tells(const Finding& finding) {
    return finding.verdict == Verdict::bad || forbids_restore(finding) ||
           (finding.code == "manifest" && finding.verdict != Verdict::good);
}

/// The subject is another file each time.
bool says_the_same(const Finding& one, const Finding& other) {
    return one.code == other.code && one.verdict == other.verdict && one.reason == other.reason &&
           one.actual == other.actual && one.check == other.check;
}

}  // namespace

Result<FaultTrial> try_fault(Fault fault, Strike strike, const FaultScene& scene,
                             const Host& host) {
    const auto* row = find_row(fault, strike);
    if (row == nullptr)
        return fail(ErrorCode::usage,
                    fmt::format("{} is not tried at {}", name_of(fault), name_of(strike)),
                    "choose a pair that the catalogue has");
    MUSTER_TRY(const auto folder, ScratchFolder::make(scene.folder));
    MUSTER_TRY(const auto seen, strike == Strike::restored
                                    ? strike_restored(fault, scene, folder.path(), host)
                                    : strike_snapshot(*row, scene, folder.path(), host));
    FaultTrial out;
    out.fault = fault;
    out.strike = strike;
    out.injected = seen.injection.told;
    out.expected = std::string{row->expected};
    out.applies = seen.injection.done;
    std::set<std::string> told{seen.errors.begin(), seen.errors.end()};
    for (const auto& finding : seen.findings) {
        const bool new_to_us = std::ranges::none_of(
            scene.known, [&](const Finding& each) { return says_the_same(each, finding); });
        if (tells(finding) && new_to_us) told.insert(finding.code);
    }
    out.caught_by = {told.begin(), told.end()};
    out.caught = out.applies && told.contains(out.expected);
    return out;
}

}  // namespace muster
