// What the parts of the planner share while one plan is made.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/model/plan.h"
#include "engine/plan/schedule.h"
#include "engine/plan/snapshot_index.h"

namespace muster {

/// Refers to policy, observation and selection, which must outlive it.
class PlanDraft {
public:
    PlanDraft(const Policy& policy, const Observation& observation, const Selection& selection);

    const Policy& policy() const { return policy_; }
    const Observation& world() const { return world_; }
    const Calendar& calendar() const { return calendar_; }
    const SnapshotIndex& snapshots() const { return snapshots_; }

    /// The targets that the selection leaves, in the order of the observation.
    const std::vector<const TargetFacts*>& chosen() const { return chosen_; }
    const TargetSpec& spec_of(const TargetFacts& target) const;
    const StoreFacts* store(std::string_view name) const;
    bool failed_last_backup(std::string_view target) const;
    /// The newest rehearsal of the drill on the target.
    const DrillFacts* last_drill(std::string_view drill, std::string_view target) const;
    /// When the maintain entry was last carried out on the target.
    std::optional<Time> last_care(std::string_view job, std::string_view target) const;
    /// What a look into the target told; nullptr where nobody looked.
    const DatabaseHealth* health(std::string_view target) const;

    /// The selection lets this job, or steps of this kind, pass.
    bool wants_job(const std::string& job) const;
    bool wants_kind(std::string_view kind) const;
    /// A drill without a target belongs to the shard of its own name.
    bool in_shard(std::string_view id) const;

    /// Why work of a job is due now; nothing when it is not, which is then noted as waiting. `last`
    /// is when it was done last.
    std::optional<Reason> due(const std::string& job, const std::optional<ScheduleSpec>& schedule,
                              std::optional<Time> last, const std::string& target);

    /// Why a step for the target cannot be done now.
    std::optional<Reason> blocked_by_target(const TargetFacts& target) const;
    /// The same for a store that is to take `needed` bytes, which are then spoken for.
    std::optional<Reason> blocked_by_store(const StoreFacts& store, Bytes needed);

    /// Puts the step into a bucket: blocked where a reason is given, deferred over the limit.
    Step& add(std::string job, std::string id, const std::string& target, Action action,
              Bytes bytes, Reason reason, std::optional<Reason> blocked);

    /// The same in a bucket that is known to be another one than planned.
    Step& set_aside(std::string job, std::string id, const std::string& target, Action action,
                    Bytes bytes, Bucket bucket, Reason reason);
    /// The maintain entry is due for the target, whatever becomes of it.
    void note_care(const std::string& job, const std::string& target);

    std::vector<Step> steps;
    std::vector<Cared> cared;
    std::vector<Kept> kept;
    std::vector<Waiting> take_waiting();

private:
    bool over_limit(const std::string& target);

    const Policy& policy_;
    const Observation& world_;
    const Selection& selection_;
    Calendar calendar_;
    SnapshotIndex snapshots_;
    std::vector<const TargetFacts*> chosen_;
    std::unordered_map<std::string_view, std::uint64_t> free_;
    std::unordered_map<std::string, bool> within_limit_;  ///< by target
    int working_targets_ = 0;
    std::unordered_map<std::string_view, bool> failed_backups_;
    std::map<std::pair<std::string_view, std::string_view>, const DrillFacts*> drills_;
    std::map<std::pair<std::string_view, std::string_view>, Time> care_;
    std::unordered_map<std::string_view, const DatabaseHealth*> health_;
    /// With the target that was counted last: its other stores wait as part of it.
    std::map<std::pair<std::string, std::optional<Time>>, std::pair<Waiting, std::string>> waiting_;
};

std::optional<Reason> reason_of(const std::optional<Trouble>& trouble);

}  // namespace muster
