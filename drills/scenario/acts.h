// The acts of a scenario, one function each; perform() chooses.
#pragma once

#include <optional>
#include <string>

#include "drills/scenario/stage.h"

namespace muster {

/// How a step went that could be carried out.
struct ActEnd {
    bool held = true;
    std::string told;    ///< what was seen; why it did not hold
    bool go_on = false;  ///< also where it did not hold: it only judged
};

/// The act of the step, within its time, and the values it saves. What was found goes into the
/// stage's rehearsal. An Error: it could not be carried out (timed_out after its time, no_space,
/// …), or host.keep_going() said so.
Result<ActEnd> perform(const DrillStepSpec& spec, Stage& stage, const Host& host);

Result<ActEnd> perform(const SnapshotAct& act, Stage& stage, const Host& host);
Result<ActEnd> perform(const MutateAct& act, Stage& stage, const Host& host);
/// Times of the last one, and of services started after it, are those of recovery.
Result<ActEnd> perform(const RestoreAct& act, Stage& stage, const Host& host);
Result<ActEnd> perform(const CheckAct& act, Stage& stage, const Host& host);
Result<ActEnd> perform(const CompareAct& act, Stage& stage, const Host& host);
Result<ActEnd> perform(const ServiceOrder& order, Stage& stage, const Host& host);
Result<ActEnd> perform(const FaultAct& act, Stage& stage, const Host& host);
/// sql, run, http and until, with what is expected of their answer and saved of it.
Result<ActEnd> ask(const DrillStepSpec& spec, Stage& stage, const Host& host);

/// Fails once `limit` is over: `what` took longer.
Host limited(const Host& host, Duration limit, std::string what);

/// The rows of each table, in a content of that time, against those that the last rehearsal counted
/// in an older or newer one: finding `rows`.
Finding judge_row_counts(const RowsBaseline& baseline, const DatabaseDigest& content,
                         const std::string& subject, Time of);

}  // namespace muster
