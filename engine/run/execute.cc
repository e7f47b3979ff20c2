#include "engine/run/execute.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "drills/restore_smoke.h"
#include "engine/base/kill_point.h"
#include "engine/base/stopwatch.h"
#include "engine/plan/questions.h"
#include "engine/snapshot/commit.h"
#include "engine/snapshot/inspect.h"
#include "engine/snapshot/restore.h"
#include "engine/snapshot/take.h"
#include "engine/store/local/lease.h"

namespace muster {
namespace {

/// Carries out one plan; lives for one call of execute.
class Executor {
public:
    Executor(const Plan& plan, const ExecuteOptions& options, const Host& host, Journal& journal)
        : options_(options), host_(host), journal_(journal) {
        for (const auto& step : plan.steps) {
            const auto* verification = std::get_if<VerifyStep>(&step.action);
            if (verification != nullptr && step.bucket == Bucket::planned)
                questions_.emplace(verification->taken_by, questions_of(*verification));
        }
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
            const auto done = std::visit(
                [&](const auto& action) { return carry_out(action, outcome); }, step.action);
            if (!done) {
                outcome.status = Status::failed;
                outcome.trouble = trouble_of(done.error());
                if (outcome.trouble->code == name_of(ErrorCode::damaged))
                    outcome.status = Status::bad;
            } else if (std::ranges::any_of(outcome.findings, fails)) {
                outcome.status = Status::bad;
            }
        }
        outcome.finished_at = host_.now();
        finished_[step.id] = outcome;
        MUSTER_CHECK(journal_.step_finished(outcome));
        return outcome;
    }

private:
    static Questions questions_of(const VerifyStep& step) { return {step.depth, step.checks}; }

    std::string unmet_need(const Step& step) const {
        if (!host_.keep_going()) return "the run was stopped, and what came before did not succeed";
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
            auto lease = Lease::take(
                place, doing, host_.now(),
                std::min<Duration>(options_.lease_wait, std::chrono::milliseconds{100}));
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
        outcome.snapshot = std::move(taken.snapshot);
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
        if (const auto known = examined_.find(step.taken_by); known != examined_.end())
            options.examined = &known->second;
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

    /// The planner blocks them; whoever hands in another plan is told the same.
    template <class Coming>
    requires std::same_as<Coming, CompactStep> || std::same_as<Coming, RepairStep> Result<>
    carry_out(const Coming& step, Outcome&) {
        return fail(ErrorCode::not_available,
                    fmt::format("this version cannot {} {}", Kind<Coming>::name, step.source),
                    "leave the step out");
    }

    Result<> carry_out(const DrillStep& step, Outcome& outcome) {
        MUSTER_TRY(auto rehearsal, rehearse_restore(step, options_.state.sandboxes(),
                                                    options_.keep_sandbox, host_));
        outcome.drilled = std::move(rehearsal.drilled);
        outcome.findings = std::move(rehearsal.findings);
        outcome.phases = std::move(rehearsal.phases);
        return {};
    }

    Result<> carry_out(const RestoreStep& step, Outcome& outcome) {
        MUSTER_TRY(const auto lease, hold(step.target, "a restore of " + step.target));
        MUSTER_TRY(auto done, restore_backup(step, host_));
        for (auto& note : done.found) MUSTER_CHECK(journal_.found(std::move(note)));
        outcome.restored = std::move(done.restored);
        outcome.findings = std::move(done.findings);
        outcome.phases = std::move(done.phases);
        if (done.failure) return Failure(*std::move(done.failure));
        return {};
    }

    const ExecuteOptions& options_;
    const Host& host_;
    Journal& journal_;
    std::map<std::string, Outcome> finished_;
    std::map<std::string, Questions>
        questions_;  ///< by the step whose snapshot they will be asked of
    std::map<std::string, Examination> examined_;  ///< by the step that took the snapshot
    std::set<std::string> without_proof_;          ///< verifications that were to give one
};

}  // namespace

Result<Outcomes> execute(const Plan& plan, const ExecuteOptions& options, const Host& host,
                         Journal& journal) {
    Executor executor{plan, options, host, journal};
    Outcomes out;
    for (const auto& step : plan.steps) {
        if (step.bucket != Bucket::planned) continue;
        MUSTER_TRY(auto outcome, executor.run(step));
        out.push_back(std::move(outcome));
    }
    return out;
}

}  // namespace muster
