// One run from its first journal line to its record.
#pragma once

#include <optional>

#include "engine/evidence/chain.h"
#include "engine/plan/make_record.h"
#include "engine/run/execute.h"
#include "engine/run/observe.h"

namespace muster {

/// begin(), then mend(), then execute(), then end(): the last three at most once, in this order.
class Run {
public:
    /// Writes the records of runs that died, removes the folders they worked in, then starts a
    /// journal. `head.run` and `head.started_at` are filled in here.
    static Result<Run> begin(StateFolder state, RunHead head, const Host& host, EventSink watcher);

    /// Finishes or undoes what dead runs left in the policy's stores and at its targets.
    Result<> mend(const PolicyFile& policy);
    /// The same where a plan without a policy is about to work.
    Result<> mend(const Plan& plan);

    Result<> execute(const Plan& plan, ExecuteOptions options);

    /// The record, stored; with a policy also where its targets stand now. `failure` is why
    /// the run as a whole failed, where it did.
    Result<Appended> end(const Plan& plan, const PolicyFile* policy,
                         const std::optional<Observation>& before,
                         std::optional<Error> failure = {});

    /// What is wrong besides what the steps find; stands in the record of a run without a policy.
    void tell(Findings findings) { result_.findings = std::move(findings); }

    /// Ends the run with a record of why nothing was done, and gives the reason back.
    Error give_up(Error error);

    const std::vector<std::string>& found() const { return journal_.all_found(); }
    const std::optional<Population>& population() const { return population_; }
    RunHead& head() { return result_.head; }
    bool any_failed() const;

private:
    Run(StateFolder state, const Host& host, Journal journal)
        : state_(std::move(state)), host_(host), journal_(std::move(journal)) {}
    Result<> mend_target(const fs::path& database);
    Result<> mend_snapshots(const fs::path& folder);

    StateFolder state_;
    Host host_;
    Journal journal_;
    RunResult result_;
    std::optional<Population> population_;
};

}  // namespace muster
