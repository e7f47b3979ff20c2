#include "engine/run/run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "engine/base/kill_point.h"
#include "engine/plan/after.h"
#include "engine/plan/judge.h"
#include "engine/plan/standings.h"
#include "engine/run/named_databases.h"
#include "engine/snapshot/commit.h"
#include "engine/snapshot/names.h"
#include "engine/snapshot/safety_copy.h"
#include "engine/snapshot/swap.h"
#include "engine/sqlite/scratch.h"
#include "engine/store/local/lease.h"
#include "engine/store/local/local_store.h"

namespace muster {
namespace {

/// The record of a run that died, from its journal; it may have been stored before the run died.
Result<std::string> bury(const StateFolder& state, const DeadJournal& dead, Time now) {
    const auto told =
        dead.head.command.empty()
            ? dead.head.run
            : fmt::format("'{}' ({})", fmt::join(dead.head.command, " "), dead.head.run);
    MUSTER_TRY(const auto chain, read_chain(state));
    for (const auto& link : chain.links)
        if (link.record.head.run == dead.head.run) {
            MUSTER_CHECK(close_dead_journal(dead, link.file.filename().string(), now));
            return fmt::format("the run {} was killed after its record had been stored", told);
        }
    Record record;
    record.head = dead.head;
    record.finished_at = dead.last_sign;
    record.status = RunStatus::died;
    record.exit_status = 137;
    record.found = dead.found;
    record.outcomes = dead.outcomes;
    const auto where =
        dead.last_step.empty() ? std::string{"before its first step"} : "in step " + dead.last_step;
    record.trouble = Trouble{
        "died",
        fmt::format("the run was killed {}; this record was made from its journal by a later run",
                    where),
        ""};
    MUSTER_TRY(const auto stored, append_record(state, std::move(record), std::nullopt));
    MUSTER_CHECK(close_dead_journal(dead, stored.file.filename().string(), now));
    return fmt::format("the run {} was killed {}; its record is {}", told, where,
                       stored.file.string());
}

constexpr Duration start_wait = std::chrono::seconds{30};

std::string run_id(Time now) {
    return fmt::format("{}-{}", file_stamp(now), ::getpid());
}

/// Folders of the store that hold hidden files of runs at work, dead or alive.
std::set<fs::path> folders_under_way(const LocalStore& store) {
    std::set<fs::path> out;
    const auto files = store.list();
    if (!files) return out;
    for (const auto& file : *files)
        for (const auto suffix : {claim_suffix, partial_suffix, intent_suffix})
            if (file.key.ends_with(suffix)) out.insert(store.path_of(file.key).parent_path());
    return out;
}

}  // namespace

Result<Run> Run::begin(StateFolder state, RunHead head, const Host& host, EventSink watcher) {
    // Nobody else may bury the same dead run, or take for dead one that is just starting.
    MUSTER_TRY(auto turn,
               Lease::take(state.start_lease(), "starting a run", host.now(), start_wait));
    std::optional mine{std::move(turn)};
    std::vector<std::string> notes;
    MUSTER_TRY(const auto dead, dead_journals(state));
    for (const auto& journal : dead) {
        MUSTER_TRY(auto note, bury(state, journal, host.now()));
        notes.push_back(std::move(note));
        // Only told: whoever found it down may have started it since, or have left it for a reason.
        if (journal.service_down)
            notes.push_back(
                fmt::format("the service of {} was stopped by that run and may still be down; {}",
                            journal.service_down->name, how_to_start(*journal.service_down)));
    }
    for (const auto& folder : {state.sandboxes(), state.scratch()})
        for (const auto& gone : remove_abandoned(folder))
            notes.push_back(
                fmt::format("removed {}, where a killed run had worked", gone.string()));
    head.started_at = host.now();
    head.run = run_id(head.started_at);
    MUSTER_TRY(auto journal, Journal::start(state, head, host, std::move(watcher)));
    mine.reset();
    Run run{std::move(state), host, std::move(journal)};
    run.result_.head = std::move(head);
    for (auto& note : notes) MUSTER_CHECK(run.journal_.found(std::move(note)));
    kill_point("run.started");
    return run;
}

Result<> Run::mend_snapshots(const fs::path& folder) {
    MUSTER_TRY(auto notes, mend_folder(folder, host_.now()));
    for (auto& each : notes) MUSTER_CHECK(journal_.found(std::move(each)));
    return {};
}

Result<> Run::mend_target(const fs::path& database) {
    const auto target = real_path(database);
    const auto swap = status_of(hidden_beside(target, swap_suffix)),
               staged = status_of(hidden_beside(target, staged_suffix));
    if (!swap || !staged)
        return {};  // out of reach: the step that needs it says so, and the others go on
    if (!swap->exists && !staged->exists) return {};
    const auto claim =
        Lease::take(hidden_beside(target, claim_suffix), "finishing a restore", host_.now());
    if (!claim && claim.error().code == ErrorCode::lease_held) return {};  // its restore lives
    if (!claim) return Failure(claim.error());
    MUSTER_TRY(auto told, finish_swap(target));
    return told ? journal_.found(*std::move(told)) : Result<>{};
}

Result<> Run::mend(const PolicyFile& policy) {
    for (const auto& [name, spec] : policy.policy.stores) {
        if (spec.local.empty()) continue;
        for (const auto& folder : folders_under_way(LocalStore{policy.resolve(spec.local)}))
            MUSTER_CHECK(mend_snapshots(folder));
    }
    const bool repairs = std::ranges::any_of(policy.policy.maintain, [](const auto& each) {
        return each.second.repair == RepairMode::safe;
    });
    std::set<fs::path> beside;  // where a killed repair may have left half a snapshot
    for (const auto& [name, spec] : policy.policy.targets) {
        if (spec.sqlite.empty()) continue;
        const auto path = policy.resolve(spec.sqlite);
        for (const auto& database :
             is_glob(spec.sqlite) ? databases_matching(path) : std::vector{path}) {
            MUSTER_CHECK(mend_target(database));
            if (repairs) beside.insert(real_path(database).parent_path());
        }
    }
    for (const auto& folder : beside) MUSTER_CHECK(mend_snapshots(folder));
    return {};
}

Result<> Run::mend(const Plan& plan) {
    for (const auto& step : plan.steps) {
        if (const auto* snapshot = std::get_if<SnapshotStep>(&step.action)) {
            MUSTER_CHECK(mend_target(snapshot->source));
            MUSTER_CHECK(mend_snapshots(
                (fs::path{snapshot->place.root} / snapshot->place.layout).parent_path()));
        } else if (const auto* drill = std::get_if<DrillStep>(&step.action)) {
            MUSTER_CHECK(mend_target(drill->source));
        } else if (const auto* restore = std::get_if<RestoreStep>(&step.action)) {
            MUSTER_CHECK(mend_target(restore->target));
            MUSTER_CHECK(mend_snapshots(safety_folder(*restore)));
        } else if (const auto* compact = std::get_if<CompactStep>(&step.action)) {
            MUSTER_CHECK(mend_target(compact->source));
        }
    }
    return {};
}

Result<> Run::execute(const Plan& plan, ExecuteOptions options) {
    options.state = state_;
    MUSTER_TRY(result_.outcomes, muster::execute(plan, options, host_, journal_));
    return {};
}

Error Run::give_up(Error error) {
    const auto stored = end({}, nullptr, std::nullopt, error);
    return stored ? error : error.during("then, storing the record: " + stored.error().message);
}

bool Run::any_failed() const {
    return std::ranges::any_of(result_.outcomes,
                               [](const auto& each) { return each.status == Status::failed; });
}

Result<Appended> Run::end(const Plan& plan, const PolicyFile* policy,
                          const std::optional<Observation>& before, std::optional<Error> failure) {
    result_.finished_at = host_.now();
    result_.failure = std::move(failure);
    if (const auto stopped = host_.keep_going(); !stopped && !result_.failure)
        result_.failure = stopped.error();
    if (policy != nullptr && before) {
        const auto now = after(*before, result_.outcomes, result_.finished_at);
        population_ = standings_of(policy->policy, now);
        result_.findings = judge(policy->policy, now);
    }
    result_.found = journal_.all_found();
    auto record = make_record(plan, result_);
    kill_point("run.record_ready");
    auto appended = append_record(state_, std::move(record), population_);
    if (!appended)
        return Failure(
            appended.error().during("storing the record of what was done; the journal has it too"));
    auto stored = *std::move(appended);
    MUSTER_CHECK(journal_.finish(stored.file.filename().string()));
    return stored;
}

}  // namespace muster
