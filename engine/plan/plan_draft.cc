#include "engine/plan/plan_draft.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/plan/availability.h"

namespace muster {
namespace {

bool contains(const std::vector<std::string>& list, std::string_view value) {
    return std::ranges::find(list, value) != list.end();
}

/// Depends on the id alone, so that no target changes its shard when others come or go.
int shard_of(std::string_view id, int count) {
    std::uint64_t number = 14695981039346656037ULL;  // FNV-1a
    for (const char c : id) number = (number ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    return static_cast<int>(number % static_cast<unsigned>(count)) + 1;
}

}  // namespace

PlanDraft::PlanDraft(const Policy& policy, const Observation& observation,
                     const Selection& selection)
    : policy_(policy),
      world_(observation),
      selection_(selection),
      calendar_{observation.zone, policy.calendar},
      snapshots_(observation) {
    for (const auto& store : observation.stores) free_[store.name] = store.free.count;
    for (const auto& target : observation.failed_last_backup) failed_backups_[target] = true;
    for (const auto& drill : observation.drills) {
        auto& newest = drills_[{drill.drill, drill.target}];
        if (newest == nullptr || newest->at < drill.at) newest = &drill;
    }
    for (const auto& care : observation.care)
        care_[{care.job, care.target}] = std::max(care_[{care.job, care.target}], care.at);
    for (const auto& each : observation.health) health_[each.target] = &each;
    for (const auto& target : observation.targets) {
        const bool named = selection.targets.empty() || contains(selection.targets, target.id) ||
                           contains(selection.targets, target.spec);
        if (named && in_shard(target.id)) chosen_.push_back(&target);
    }
}

const TargetSpec& PlanDraft::spec_of(const TargetFacts& target) const {
    return policy_.targets.at(target.spec);
}

const StoreFacts* PlanDraft::store(std::string_view name) const {
    const auto found = std::ranges::find(world_.stores, name, &StoreFacts::name);
    return found == world_.stores.end() ? nullptr : &*found;
}

bool PlanDraft::failed_last_backup(std::string_view target) const {
    return failed_backups_.contains(target);
}

const DrillFacts* PlanDraft::last_drill(std::string_view drill, std::string_view target) const {
    const auto found = drills_.find({drill, target});
    return found == drills_.end() ? nullptr : found->second;
}

std::optional<Time> PlanDraft::last_care(std::string_view job, std::string_view target) const {
    const auto found = care_.find({job, target});
    return found == care_.end() ? std::nullopt : std::optional{found->second};
}

const DatabaseHealth* PlanDraft::health(std::string_view target) const {
    const auto found = health_.find(target);
    return found == health_.end() ? nullptr : found->second;
}

bool PlanDraft::wants_job(const std::string& job) const {
    return selection_.jobs.empty() || contains(selection_.jobs, job);
}

bool PlanDraft::wants_kind(std::string_view kind) const {
    return selection_.only.empty() || contains(selection_.only, kind);
}

bool PlanDraft::in_shard(std::string_view id) const {
    return !selection_.shard || shard_of(id, selection_.shard->count) == selection_.shard->index;
}

std::optional<Reason> PlanDraft::due(const std::string& job,
                                     const std::optional<ScheduleSpec>& schedule,
                                     std::optional<Time> last, const std::string& target) {
    if (!schedule) return Reason{"due", "without a schedule, every apply does it"};
    const auto state = due_at(*schedule, calendar_, last, world_.now);
    if (state.now) {
        if (!last) return Reason{"due", "was never done"};
        if (state.since)
            return Reason{"due", fmt::format("due since {}, last done {}",
                                             format_time(*state.since), format_time(*last))};
        return Reason{"due", fmt::format("last done {}", format_time(*last))};
    }
    if (selection_.ignore_schedule)
        return Reason{"asked", "not due yet, asked for with --ignore-schedule"};
    auto& [waiting, last_counted] = waiting_[{job, state.next}];
    if (waiting.targets == 0) waiting = {job, state.next, 0, target};
    if (waiting.targets == 0 || last_counted != target) ++waiting.targets;
    last_counted = target;
    return std::nullopt;
}

std::optional<Reason> PlanDraft::blocked_by_target(const TargetFacts& target) const {
    if (auto reason = unavailable(spec_of(target))) return reason;
    return reason_of(target.trouble);
}

std::optional<Reason> PlanDraft::blocked_by_store(const StoreFacts& store, Bytes needed) {
    if (auto reason = unavailable(policy_.stores.at(store.name))) return reason;
    if (auto reason = reason_of(store.trouble)) return reason;
    auto& free = free_[store.name];
    if (free < needed.count)
        return Reason{
            "no_space",
            fmt::format("needs {} in store {} at {}, and {} are free; free space there",
                        spell_bytes(needed), store.name, store.root, spell_bytes(Bytes{free}))};
    free -= needed.count;
    return std::nullopt;
}

Step& PlanDraft::add(std::string job, std::string id, const std::string& target, Action action,
                     Bytes bytes, Reason reason, std::optional<Reason> blocked) {
    auto bucket = Bucket::planned;
    if (blocked) {
        bucket = Bucket::blocked;
        reason = *std::move(blocked);
    } else if (over_limit(target)) {
        bucket = Bucket::deferred;
        reason = {"limit", fmt::format("over the limit of {} target{} in one run",
                                       *selection_.limit, *selection_.limit == 1 ? "" : "s")};
    }
    return set_aside(std::move(job), std::move(id), target, std::move(action), bytes, bucket,
                     std::move(reason));
}

Step& PlanDraft::set_aside(std::string job, std::string id, const std::string& target,
                           Action action, Bytes bytes, Bucket bucket, Reason reason) {
    return steps.emplace_back(Step{std::move(id),
                                   std::move(job),
                                   target,
                                   bucket,
                                   std::move(reason),
                                   {},
                                   bytes,
                                   std::move(action)});
}

void PlanDraft::note_care(const std::string& job, const std::string& target) {
    if (cared.empty() || cared.back().job != job) cared.push_back({job, {}});
    cared.back().targets.push_back(target);
}

bool PlanDraft::over_limit(const std::string& target) {
    if (!selection_.limit) return false;
    const auto [known, is_new] =
        within_limit_.emplace(target, working_targets_ < *selection_.limit);
    if (is_new && known->second) ++working_targets_;
    return !known->second;
}

std::vector<Waiting> PlanDraft::take_waiting() {
    std::vector<Waiting> out;
    for (auto& [key, each] : waiting_) out.push_back(std::move(each.first));
    return out;
}

std::optional<Reason> reason_of(const std::optional<Trouble>& trouble) {
    if (!trouble) return std::nullopt;
    return Reason{trouble->code, trouble->hint.empty() ? trouble->message
                                                       : trouble->message + "; " + trouble->hint};
}

}  // namespace muster
