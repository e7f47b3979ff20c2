#include "engine/plan/make_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace muster {
namespace {

int exit_status_of_name(const std::string& code) {
    const auto row = std::ranges::find(error_table(), code, &ErrorRow::name);
    return row == error_table().end() ? 1 : row->exit_status;
}

RunStatus run_status(const Record& record, bool any_done) {
    if (record.exit_status == 130 || record.exit_status == 143) return RunStatus::interrupted;
    if (record.exit_status == 0) return RunStatus::completed;
    const bool any_failed = std::ranges::any_of(
        record.outcomes, [](const auto& each) { return each.status == Status::failed; });
    if (record.trouble && record.outcomes.empty()) return RunStatus::failed;
    if (!any_failed && record.exit_status == 4) return RunStatus::completed;
    return any_done ? RunStatus::partial : RunStatus::failed;
}

/// A blocked step is an outcome too: a record that leaves it out would hide what was not done.
Outcomes blocked_steps(const Plan& plan, Time now) {
    Outcomes out;
    for (const auto& step : plan.steps) {
        if (step.bucket != Bucket::blocked) continue;
        Outcome outcome;
        outcome.step = step.id;
        outcome.kind = kind_of(step.action);
        outcome.target = step.target;
        outcome.status = Status::skipped;
        outcome.started_at = outcome.finished_at = now;
        outcome.trouble = Trouble{step.reason.code, step.reason.text, ""};
        out.push_back(std::move(outcome));
    }
    return out;
}

/// What was deferred or failed is not cared for: it stays due.
std::vector<Cared> cared_for(const Plan& plan, const Outcomes& outcomes) {
    std::set<std::string_view> done;
    for (const auto& outcome : outcomes)
        if (outcome.status == Status::done || outcome.status == Status::bad)
            done.insert(outcome.step);
    std::set<std::pair<std::string_view, std::string_view>> left;
    for (const auto& step : plan.steps)
        if (step.bucket == Bucket::deferred ||
            (step.bucket == Bucket::planned && !done.contains(step.id)))
            left.emplace(step.job, step.target);
    auto out = plan.cared;
    for (auto& each : out)
        std::erase_if(each.targets, [&](const auto& target) {
            return left.contains({each.job, target});
        });
    std::erase_if(out, [](const auto& each) { return each.targets.empty(); });
    return out;
}

/// What whoever reads the record should do, as commands where there are any.
std::vector<std::string> next_steps(const Record& record) {
    std::vector<std::string> out;
    const auto add = [&](const std::string& what) {
        if (!what.empty() && std::ranges::find(out, what) == out.end()) out.push_back(what);
    };
    if (record.trouble) add(record.trouble->hint);
    for (const auto& outcome : record.outcomes) {
        if (outcome.trouble && outcome.status == Status::failed) add(outcome.trouble->hint);
        for (const auto& finding : outcome.findings)
            if (finding.verdict == Verdict::bad) add(finding.next);
    }
    for (const auto& finding : record.findings)
        if (finding.verdict == Verdict::bad) add(finding.next);
    return out;
}

}  // namespace

int exit_status_of(const Plan& plan, const Outcomes& outcomes, const Findings& findings) {
    int status =
        std::ranges::any_of(findings, fails) ? exit_status_of(ErrorCode::objective_missed) : 0;
    bool any_done = false, any_left = false;
    for (const auto& outcome : outcomes) {
        if (outcome.status == Status::bad)
            status = worst_exit_status(status, exit_status_of(ErrorCode::damaged));
        if (outcome.status == Status::failed)
            status = worst_exit_status(
                status, outcome.trouble ? exit_status_of_name(outcome.trouble->code) : 1);
        any_done = any_done || outcome.status == Status::done || outcome.status == Status::bad;
        any_left = any_left || outcome.status == Status::failed;
    }
    for (const auto& step : plan.steps) {
        if (step.bucket != Bucket::blocked) continue;
        any_left = true;
        status = worst_exit_status(status, exit_status_of_name(step.reason.code));
    }
    if (!any_done || !any_left) return status;
    // That one target is missing makes the policy no bad input where the rest of it was done.
    if (status == exit_status_of(ErrorCode::invalid_policy)) status = 0;
    return worst_exit_status(status, exit_status_of(ErrorCode::partial));
}

Record make_record(const Plan& plan, RunResult result) {
    Record record;
    record.head = std::move(result.head);
    record.finished_at = result.finished_at;
    record.found = std::move(result.found);
    record.outcomes = std::move(result.outcomes);
    record.cared = cared_for(plan, record.outcomes);
    for (const auto& total : plan.totals)
        if (total.steps > 0 &&
            (total.bucket == Bucket::filtered || total.bucket == Bucket::deferred))
            record.left.push_back(total);
    record.findings = std::move(result.findings);
    record.exit_status = exit_status_of(plan, record.outcomes, record.findings);
    for (auto& blocked : blocked_steps(plan, record.finished_at))
        record.outcomes.push_back(std::move(blocked));
    if (result.failure) {
        record.trouble = trouble_of(*result.failure);
        record.exit_status =
            worst_exit_status(record.exit_status, exit_status_of(result.failure->code));
    }
    const bool any_done = std::ranges::any_of(
        record.outcomes, [](const auto& each) { return each.status == Status::done; });
    record.status = run_status(record, any_done);
    record.next = next_steps(record);
    record.next_older = plan.next_older;
    return record;
}

}  // namespace muster
