#include "engine/plan/make_record.h"

#include <catch2/catch.hpp>

namespace muster {
namespace {

Outcome outcome(Status status, const std::string& code = "") {
    Outcome out;
    out.status = status;
    if (!code.empty()) out.trouble = Trouble{code, "why", "do this"};
    return out;
}

int status_of(const Outcomes& outcomes, const Findings& findings = {}, const Plan& plan = {}) {
    return exit_status_of(plan, outcomes, findings);
}

const Finding bad{"rpo", Severity::error,      Verdict::bad, "shop", "missed", "", "",
                  "",    "muster apply p.yaml"};

}  // namespace

TEST_CASE("the exit status follows from what was done and found", "[plan][record][ON-06]") {
    CHECK(status_of({outcome(Status::done)}) == 0);
    CHECK(status_of({outcome(Status::done), outcome(Status::bad)}) == 4);
    CHECK(status_of({outcome(Status::done)}, {bad}) == 4);
    CHECK(status_of({outcome(Status::failed, "target_exists")}) == 7);
    CHECK(status_of({outcome(Status::failed, "io")}) == 1);
    CHECK(status_of({outcome(Status::done), outcome(Status::failed, "io")}) == 3);
    CHECK(status_of({outcome(Status::done), outcome(Status::failed, "lease_held")}) == 9);
    CHECK(status_of({outcome(Status::bad, "damaged"), outcome(Status::skipped, "need_not_met")}) ==
          4);
}

TEST_CASE("a blocked step is work that was not done", "[plan][record]") {
    Plan plan;
    Step step;
    step.bucket = Bucket::blocked;
    step.reason.code = "exclusive_holder";
    plan.steps.push_back(step);
    CHECK(status_of({}, {}, plan) == 7);
    plan.steps[0].reason.code = "backup_not_planned";
    CHECK(status_of({outcome(Status::done)}, {}, plan) == 3);
}

TEST_CASE("a warning does not fail a run", "[plan][record]") {
    auto warning = bad;
    warning.severity = Severity::warning;
    CHECK(status_of({outcome(Status::done)}, {warning}) == 0);
}

TEST_CASE("a record says how the run ended, and what to do next, once", "[plan][record]") {
    RunResult result;
    result.outcomes = {outcome(Status::done), outcome(Status::failed, "io")};
    result.findings = {bad, bad};
    const auto record = make_record({}, result);
    CHECK(record.status == RunStatus::partial);
    CHECK(record.exit_status == 3);
    CHECK(record.next == std::vector<std::string>{"do this", "muster apply p.yaml"});
}

TEST_CASE("why a whole run failed stands in its record", "[plan][record]") {
    RunResult result;
    result.failure = Error{ErrorCode::stale_plan, "the plan is stale", "plan again", {}};
    CHECK(make_record({}, result).status == RunStatus::failed);
    CHECK(make_record({}, result).exit_status == 6);
    result.failure->code = ErrorCode::interrupted;
    CHECK(make_record({}, result).status == RunStatus::interrupted);
}

}  // namespace muster
