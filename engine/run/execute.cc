#include "engine/run/execute.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <set>

#include "drills/scenario/rehearse.h"
#include "engine/base/kill_point.h"
#include "engine/base/stopwatch.h"
#include "engine/base/workers.h"
#include "engine/plan/questions.h"
#include "engine/policy/scenarios.h"
#include "engine/run/lanes.h"
#include "engine/service/service.h"
#include "engine/snapshot/commit.h"
#include "engine/snapshot/examine.h"
#include "engine/snapshot/inspect.h"
#include "engine/snapshot/restore.h"
#include "engine/snapshot/safe_repair.h"
#include "engine/snapshot/take.h"
#include "engine/sqlite/compact.h"
#include "engine/sqlite/system_faults.h"
#include "engine/store/local/lease.h"

namespace muster {
namespace {

/// Waiting for the disk, not the cores, is what many lanes share.
constexpr std::size_t most_lanes = 8;
/// Databases up to this size together are worked on at once; what is larger is so alone.
constexpr Bytes room_size{std::uint64_t{32} << 20U};

/// Carries out the steps of one lane.
class Executor {
public:
    Executor(const Plan& plan, const Lane& lane, const ExecuteOptions& options, Host host,
             Journal& journal)
        : options_(options), host_(std::move(host)), journal_(journal) {
        host_.cache = options.state.cache();
        for (const auto place : lane.steps)
            if (const auto* step = std::get_if<VerifyStep>(&plan.steps[place].action))
                questions_.emplace(step->taken_by, questions_of(*step));
    }

    Result<Outcome> run(const Step& step) {
        Outcome outcome;
        outcome.step = step.id;
        outcome.kind = kind_of(step.action);
        outcome.target = step.target;
        outcome.started_at = host_.now();
        if (const auto unmet = unmet_need(step); !unmet.empty()) {
            outcome.status = Status::skipped;
            outcome.trouble = Trouble{std::string{need_not_met}, unmet, ""};
        } else {
            MUSTER_CHECK(journal_.step_started(step.id));
            take_system_faults();  // of what this thread did before, which said what mattered
            const auto done = std::visit(
                [&](const auto& action) { return carry_out(action, outcome); }, step.action);
            tell_faults(outcome.findings, done.has_value());
            if (!done) {
                outcome.status = Status::failed;
                outcome.trouble = trouble_of(done.error());
                if (outcome.trouble->code == name_of(ErrorCode::damaged))
                    outcome.status = Status::bad;
            } else if (std::ranges::any_of(outcome.findings, fails) ||
                       (outcome.drilled && !outcome.drilled->passed)) {
                outcome.status = Status::bad;
            }
        }
        outcome.finished_at = host_.now();
        finished_[step.id] = outcome;
        MUSTER_CHECK(journal_.step_finished(outcome));
        return outcome;
    }

private:
    /// Where SQLite went on without it: whoever runs it ought to know that their disk fails.
    static void tell_faults(Findings& findings, bool went_on) {
        for (const auto& fault : take_system_faults()) {
            const auto error = fault.error();
            findings.push_back({"system_fault", Severity::warning, Verdict::bad,
                                fault.path.string(),
                                error.message + (went_on ? ", and SQLite went on without it" : ""),
                                "", "", "", error.hint});
        }
    }

    static Questions questions_of(const VerifyStep& step) { return {step.depth, step.checks}; }

    std::string unmet_need(const Step& step) const {
        if (!host_.keep_going()) return "the run was stopped before it";
        for (const auto& need : step.needs) {
            const auto found = finished_.find(need);
            if (found == finished_.end() || found->second.status != Status::done)
                return need + " did not succeed";
            if (without_proof_.contains(need)) return need + " gave no proof";
        }
        return {};
    }

    Result<Lease> hold(const std::string& database, std::string_view doing) const {
        const auto place = options_.state.lease(real_path(database).string());
        // In short waits: whoever asks the run to stop must not wait for the other one.
        for (const auto deadline = std::chrono::steady_clock::now() + options_.lease_wait;;) {
            auto lease =
                Lease::take(place, doing, host_.now(),
                            std::min<Duration>(options_.lease_wait, std::chrono::milliseconds{100}),
                            LeaseFile::emptied);
            if (lease || lease.error().code != ErrorCode::lease_held ||
                std::chrono::steady_clock::now() >= deadline)
                return lease;
            MUSTER_CHECK(host_.keep_going());
        }
    }

    Result<> carry_out(const SnapshotStep& step, Outcome& outcome) {
        MUSTER_TRY(const auto lease, hold(step.source, "a snapshot of " + step.source));
        const auto asked = questions_.find(outcome.step);
        MUSTER_TRY(
            auto taken,
            take_snapshot(step, host_,
                          asked == questions_.end() ? std::nullopt : std::optional{asked->second}));
        if (taken.examination) examined_.emplace(outcome.step, *std::move(taken.examination));
        read_back_.emplace(outcome.step, std::move(taken.read_back));
        outcome.snapshot = std::move(taken.snapshot);
        outcome.findings = std::move(taken.findings);
        outcome.phases = std::move(taken.phases);
        return {};
    }

    Result<> carry_out(const VerifyStep& step, Outcome& outcome) {
        std::string key = step.key, path = (fs::path{step.root} / step.key).string();
        if (!step.taken_by.empty()) {
            const auto& taken = *finished_.at(step.taken_by).snapshot;
            key = taken.key;
            path = taken.path;
        }
        Stopwatch watch;
        InspectOptions options;
        options.depth = step.depth;
        options.checks = step.checks;
        options.supported_schema = step.supported_schema;
        options.keys = step.keys;
        options.alone = step.alone;
        if (const auto known = examined_.find(step.taken_by); known != examined_.end())
            options.examined = &known->second;
        if (const auto known = read_back_.find(step.taken_by); known != read_back_.end())
            options.read_back = &known->second;
        MUSTER_TRY(auto seen, inspect_backup(path, options, host_));
        outcome.phases.push_back({"verify", watch.lap()});
        outcome.checked = path;
        outcome.questions = digest_of(step.checks);
        const auto may = require_restorable(seen);
        outcome.findings = std::move(seen.findings);
        kill_point("verify.done");
        // What could not be checked is no proof.
        const auto doubtful = [](const Finding& finding) {
            return finding.verdict == Verdict::unchecked && finding.severity == Severity::error;
        };
        if (!seen.restorable || step.depth < Depth::full ||
            std::ranges::any_of(outcome.findings, doubtful)) {
            if (step.depth >= Depth::full) without_proof_.insert(outcome.step);
            // A bad one is a verdict; one that stays closed is work that could not be done.
            const bool bad = std::ranges::any_of(outcome.findings, fails);
            return bad ? Result<>{} : may;
        }
        const Time now = host_.now();
        outcome.proof = Proof{step.store,
                              key,
                              path,
                              seen.checksum,
                              step.depth,
                              now,
                              now + std::chrono::floor<std::chrono::seconds>(step.proof_expires)};
        return {};
    }

    Result<> carry_out(const PruneStep& step, Outcome& outcome) {
        MUSTER_TRY(const auto lease, hold(step.source, "pruning snapshots of " + step.source));
        const auto artifact = fs::path{step.root} / step.key;
        MUSTER_CHECK(remove_snapshot(artifact, step.checksum, host_.now()));
        outcome.removed = artifact.string();
        return {};
    }

    /// What is not sound stays as it is.
    Result<> carry_out(const CompactStep& step, Outcome& outcome) {
        MUSTER_TRY(const auto lease, hold(step.source, "compacting " + step.source));
        Stopwatch watch;
        CompactOptions options;
        options.examine = [&](const fs::path& copy) -> Result<> {
            MUSTER_TRY(outcome.findings,
                       examine_database(copy, {Depth::full, {}}, step.source, host_));
            return require_sound(outcome.findings, step.source, "packing would hide what is wrong");
        };
        MUSTER_TRY(outcome.compacted, compact_database(real_path(step.source), options, host_));
        outcome.phases.push_back({"compact", watch.lap()});
        return {};
    }

    Result<> carry_out(const RepairStep& step, Outcome& outcome) {
        MUSTER_TRY(const auto lease, hold(step.source, "repairing " + step.source));
        Stopwatch watch;
        MUSTER_TRY(auto done, repair_safely(step, host_));
        outcome.findings = std::move(done.findings);
        outcome.repaired = std::move(done.repaired);
        outcome.phases.push_back({"repair", watch.lap()});
        return {};
    }

    Result<> carry_out(const DrillStep& planned, Outcome& outcome) {
        DrillStep step = planned;
        if (step.backup && !step.backup->taken_by.empty())
            step.backup->path = finished_.at(step.backup->taken_by).snapshot->path;
        const ScenarioParts* own = step.work ? &*step.work : nullptr;
        ScenarioParts parts = own != nullptr ? *own : ScenarioParts{};
        if (step.scenario) parts = static_cast<const ScenarioParts&>(scenario_of(*step.scenario));
        if (own != nullptr) parts.services = own->services;
        RehearsalOptions options{options_.state.sandboxes(), options_.keep_sandbox};
        options.watch = [&](const DrilledStep& act, bool ended) {
            return journal_.act(outcome.step, act, ended);
        };
        MUSTER_TRY(auto rehearsal, rehearse(step, parts, options, host_));
        outcome.drilled = std::move(rehearsal.drilled);
        outcome.findings = std::move(rehearsal.findings);
        outcome.phases = std::move(rehearsal.phases);
        if (rehearsal.failure) return Failure(*std::move(rehearsal.failure));
        return {};
    }

    Result<> carry_out(const RestoreStep& step, Outcome& outcome) {
        MUSTER_TRY(const auto lease, hold(step.target, "a restore of " + step.target));
        std::optional<Service> service;
        if (step.service && !step.service->left_alone) service.emplace(*step.service, host_);
        auto restored = restore_backup(step, host_,
                                       service ? occupant_of(*step.service, *service) : Occupant{});
        if (service) outcome.service = service->handled();
        if (step.service && !service)
            outcome.service = ServiceHandled{step.service->name, true, {}};
        MUSTER_TRY(auto done, std::move(restored));
        for (auto& note : done.found) MUSTER_CHECK(journal_.found(std::move(note)));
        outcome.restored = std::move(done.restored);
        outcome.findings = std::move(done.findings);
        outcome.phases = std::move(done.phases);
        if (done.failure) return Failure(*std::move(done.failure));
        return {};
    }

    /// Both must outlive what is given back.
    Occupant occupant_of(const ServiceUse& use, Service& service) {
        const ServiceDown mark{use.name, use.service.start, use.folder};
        return {[this, mark, &service]() -> Result<> {
                    MUSTER_CHECK(journal_.service_stopping(mark));
                    return service.stop();
                },
                [this, mark, &service]() -> Result<> {
                    MUSTER_CHECK(service.start());
                    // That it runs matters more than that the journal says so; where that cannot
                    // be written, the end of the step fails.
                    static_cast<void>(journal_.service_started(mark));
                    return service.await_healthy();
                },
                how_to_start(mark)};
    }

    const ExecuteOptions& options_;
    Host host_;
    Journal& journal_;
    std::map<std::string, Outcome> finished_;
    std::map<std::string, Questions>
        questions_;  ///< by the step whose snapshot they will be asked of
    std::map<std::string, Examination> examined_;  ///< by the step that took the snapshot
    std::map<std::string, ReadBack> read_back_;    ///< likewise
    std::set<std::string> without_proof_;          ///< verifications that were to give one
};

/// Lanes at work beside each other, and the host as they share it.
class Lanes {
public:
    Lanes(const Plan& plan, const ExecuteOptions& options, const Host& host, Journal& journal)
        : plan_(plan),
          options_(options),
          host_(host),
          journal_(journal),
          lanes_(lanes_of(plan)),
          outcomes_(plan.steps.size()) {}

    Result<Outcomes> run() {
        in_parallel(lanes_.size(), most_lanes, [this](std::size_t mine) {
            const auto& lane = lanes_[mine];
            const auto stay = room_.enter(mine, lane.bytes);
            auto done = carry_out(lane);
            tell_ended(lane);
            if (!done) fail_with(done.error());
            return done.has_value();
        });
        if (failure_) return Failure(*std::move(failure_));
        Outcomes out;
        for (auto& outcome : outcomes_)
            if (outcome) out.push_back(*std::move(outcome));
        return out;
    }

private:
    Result<> carry_out(const Lane& lane) {
        Executor executor{plan_, lane, options_, host_for(lane), journal_};
        for (const auto place : lane.steps) {
            MUSTER_TRY(outcomes_[place], executor.run(plan_.steps[place]));
        }
        return {};
    }

    Host host_for(const Lane& lane) {
        Host out = host_;
        out.now = [this] {
            const std::scoped_lock alone{mutex_};
            return host_.now();
        };
        out.keep_going = [this] {
            const std::scoped_lock alone{mutex_};
            return host_.keep_going();
        };
        out.progress = [this, alone_at_work = lane.bytes >= room_size || lanes_.size() == 1](
                           std::string_view what, std::uint64_t done, std::uint64_t total) {
            if (!alone_at_work) return;
            const std::scoped_lock alone{mutex_};
            host_.progress(what, done, total);
        };
        return out;
    }

    void tell_ended(const Lane& lane) {
        const std::scoped_lock alone{mutex_};
        ++ended_;
        if (lane.bytes < room_size && lanes_.size() > 1)
            host_.progress(fmt::format("{} targets", lanes_.size()), ended_, lanes_.size());
    }

    void fail_with(Error error) {
        const std::scoped_lock alone{mutex_};
        if (!failure_) failure_ = std::move(error);
    }

    const Plan& plan_;
    const ExecuteOptions& options_;
    const Host& host_;
    Journal& journal_;
    std::vector<Lane> lanes_;
    std::vector<std::optional<Outcome>> outcomes_;  ///< each written by the lane of its step
    Room room_{room_size};
    std::mutex mutex_;
    std::size_t ended_ = 0;
    std::optional<Error> failure_;
};

}  // namespace

Result<Outcomes> execute(const Plan& plan, const ExecuteOptions& options, const Host& host,
                         Journal& journal) {
    return Lanes{plan, options, host, journal}.run();
}

}  // namespace muster
