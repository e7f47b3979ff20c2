#include <fmt/format.h>

#include <algorithm>

#include "drills/faults/trial.h"
#include "drills/scenario/acts.h"
#include "engine/model/fault_catalogue.h"
#include "engine/snapshot/inspect.h"

namespace muster {

Result<ActEnd> perform(const FaultAct& act, Stage& stage, const Host& host) {
    MUSTER_TRY(const auto snapshot, stage.need_snapshot(act.snapshot));
    const auto& artifact = snapshot.artifact;
    InspectOptions options;
    options.checks = stage.step().checks;
    MUSTER_TRY(const auto sound, inspect_backup(artifact, options, host));
    FaultScene scene;
    scene.clone = stage.database(act.database);
    scene.artifact = artifact;
    scene.folder = stage.sandbox() / "faults";
    if (sound.manifest) scene.volume_id = sound.manifest->volume_id;
    scene.checks = options.checks;
    scene.seed = stage.step().seed;
    scene.muster = host.muster;
    scene.known = sound.findings;
    MUSTER_CHECK(make_folder(scene.folder));
    auto& rehearsal = stage.rehearsal();
    const auto& rows = fault_catalogue();
    std::size_t tried = 0, applied = 0, caught = 0;
    std::vector<std::string> missed, without_place;
    for (const auto& row : rows) {
        host.progress("injecting faults", ++tried, rows.size());
        if ((act.inject && row.fault != *act.inject) || (act.at && row.strike != *act.at)) continue;
        MUSTER_CHECK(host.keep_going());
        MUSTER_TRY(auto trial, try_fault(row.fault, row.strike, scene, host));
        if (trial.applies) {
            ++applied;
            if (trial.caught)
                ++caught;
            else
                missed.push_back(fmt::format("{} at {} (by {})", name_of(row.fault),
                                             name_of(row.strike), row.expected));
        }
        if (!trial.applies)
            without_place.push_back(
                fmt::format("{} at {}", name_of(row.fault), name_of(row.strike)));
        rehearsal.drilled.faults.push_back(std::move(trial));
    }
    const bool held = applied > 0 && missed.empty();
    auto score = fmt::format("{} of {} caught", caught, applied);
    if (!without_place.empty())
        score += fmt::format("; without a place here: {}", fmt::join(without_place, ", "));
    rehearsal.findings.push_back(
        {"faults", Severity::error, held ? Verdict::good : Verdict::bad,
         stage.step().source.empty() ? act.database : stage.step().source,
         held           ? "every injected fault was caught by the check that ought to catch it"
         : applied == 0 ? "no fault could be injected: nothing is proven"
                        : fmt::format("not caught: {}", fmt::join(missed, ", ")),
         "all of them", score, fmt::format("{} faults", applied), ""});
    return ActEnd{held, score, true};
}

}  // namespace muster
