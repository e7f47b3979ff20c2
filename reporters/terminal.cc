#include "reporters/terminal.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "engine/model/command_line.h"
#include "reporters/act_line.h"
#include "reporters/counted.h"
#include "reporters/indented.h"

namespace muster {
namespace {

std::string_view word_for(const Finding& finding) {
    if (finding.verdict == Verdict::good) return "good";
    if (finding.verdict == Verdict::unchecked) return "UNCHECKED";
    if (finding.severity == Severity::info) return "NOTE";
    return finding.severity == Severity::error ? "BAD" : "WARNING";
}

std::string finding_line(const Finding& finding, std::string_view known_subject = "") {
    const std::string_view word = word_for(finding);
    std::string out = fmt::format("  {:<10} {:<15} {}", word, finding.code,
                                  finding.reason.empty() ? finding.subject : finding.reason);
    if (finding.verdict == Verdict::good) return out + "\n";
    if (!finding.expected.empty() && !finding.actual.empty())
        out += fmt::format(" (expected {}, found {})", finding.expected, indented(finding.actual));
    out += "\n";
    if (!finding.subject.empty() && finding.subject != known_subject)
        out += fmt::format("  {:<10} {:<15} at {}\n", "", "", finding.subject);
    if (!finding.next.empty())
        out += fmt::format("  {:<10} {:<15} next: {}\n", "", "", finding.next);
    return out;
}

std::string count_of_findings(const Findings& findings) {
    const auto count = [&](Verdict verdict) {
        return std::ranges::count(findings, verdict, &Finding::verdict);
    };
    std::string out = counted(count(Verdict::good), "check") + " good";
    if (const auto unchecked = count(Verdict::unchecked))
        out += fmt::format(", {} could not be checked", unchecked);
    if (const auto bad = count(Verdict::bad)) out += fmt::format(", {} bad", bad);
    return out;
}

Duration took(const Outcome& outcome) {
    Duration total{};
    for (const auto& phase : outcome.phases) total += phase.elapsed;
    return total;
}

/// The same was said of a step already.
bool is_told(const Record& record, std::string_view reason) {
    return std::ranges::any_of(record.outcomes, [&](const auto& each) {
        return each.trouble && !reason.empty() && each.trouble->message.starts_with(reason);
    });
}

std::string complaint(std::string_view code, std::string_view message, std::string_view next) {
    return fmt::format("muster: {}: {}\n{}", code, message,
                       next.empty() ? "" : fmt::format("  next: {}\n", next));
}

std::string_view word_for(const Outcome& outcome) {
    switch (outcome.status) {
        case Status::bad: return "BAD";
        case Status::failed:
            return outcome.restored && outcome.restored->rolled_back ? "ROLLED BACK" : "FAILED";
        case Status::skipped: return was_blocked(outcome) ? "BLOCKED" : "skipped";
        case Status::done: break;
    }
    if (outcome.proof) return "PROVEN";
    if (outcome.drilled) return "PASSED";
    return "done";
}

std::string what_was_drilled(const Drilled& drilled, const Findings& findings) {
    std::string out;
    if (drilled.restore_took > Duration::zero()) {
        out = fmt::format("restored in {}", spell_duration(drilled.restore_took));
        if (drilled.rto) out += fmt::format(" (objective {})", spell_duration(*drilled.rto));
    }
    if (const auto tried = std::ranges::count(drilled.faults, true, &FaultTrial::applies))
        out = fmt::format(
            "{} of {} faults caught",
            std::ranges::count_if(drilled.faults,
                                  [](const auto& trial) { return trial.applies && trial.caught; }),
            tried);
    const bool tried_to =
        std::ranges::find(drilled.steps, "restore", &DrilledStep::act) != drilled.steps.end();
    if (out.empty()) out = tried_to ? "not restored" : counted(std::ssize(drilled.steps), "step");
    if (drilled.status != DrillStatus::completed)
        out = fmt::format("{}; {}", name_of(drilled.status), out);
    return findings.empty() ? out : out + "; " + count_of_findings(findings);
}

std::string what_it_did(const Outcome& outcome) {
    if (outcome.trouble) return outcome.trouble->message;
    if (outcome.snapshot)
        return fmt::format("{} ({}{})", outcome.snapshot->path,
                           spell_bytes(outcome.snapshot->manifest.bytes_written),
                           outcome.snapshot->told_by.empty()
                               ? ""
                               : ", what changed since " + outcome.snapshot->told_by);
    if (outcome.drilled) return what_was_drilled(*outcome.drilled, outcome.findings);
    if (outcome.restored)
        return fmt::format("{} now holds {}", outcome.restored->target, outcome.restored->backup);
    if (!outcome.removed.empty()) return "removed " + outcome.removed;
    if (const auto& compacted = outcome.compacted)
        return fmt::format("{}: {} before, {} after; {}", compacted->database,
                           spell_bytes(compacted->bytes_before),
                           spell_bytes(compacted->bytes_after),
                           count_of_findings(outcome.findings));
    if (const auto& repaired = outcome.repaired)
        return repaired->repairs.empty()
                   ? repaired->database + ": nothing is left to repair"
                   : fmt::format(
                         "{}: {} put right", repaired->database,
                         counted(static_cast<std::int64_t>(repaired->repairs.size()), "check"));
    std::string out = count_of_findings(outcome.findings);
    if (outcome.proof) out += "; counts until " + format_time(outcome.proof->expires_at);
    return out;
}

std::string_view past(ServiceAct act) {
    switch (act) {
        case ServiceAct::stop: return "stopped";
        case ServiceAct::start: return "started";
        case ServiceAct::healthy: break;
    }
    return "healthy";
}

std::string service_lines(const ServiceHandled& service) {
    if (service.left_alone) return fmt::format("{:<12}service: left alone (--no-service)\n", "");
    std::string out;
    for (const auto& call : service.calls)
        out += fmt::format("{:<12}service: {}{} after {}: {}\n", "", call.succeeded ? "" : "NOT ",
                           past(call.act), spell_duration(call.elapsed),
                           call.url.empty() ? command_line(call.argv) : call.url);
    return out;
}

/// What a restore would stop, start and ask.
std::string service_plan(const ServiceUse& use) {
    if (use.left_alone) return fmt::format("{:<4}service: left alone (--no-service)\n", "");
    const auto& [stop, start, healthy, timeout] = use.service;
    auto out = fmt::format("{:<4}service: stops it with {}\n{:<4}service: starts it with {}\n", "",
                           command_line(stop), "", command_line(start));
    if (!healthy) return out;
    return out + fmt::format("{:<4}service: then waits for {} until {}\n", "",
                             format_duration(healthy->within),
                             healthy->http ? healthy->http->get.value_or("") + " is as expected"
                                           : command_line(healthy->command) + " succeeds");
}

/// The questions of a restore and their good answers, once: they were asked at two places.
std::string answers_of(const Outcome& outcome) {
    std::string out;
    std::set<std::string_view> told;
    for (const auto& finding : outcome.findings)
        if (finding.code == "check" && finding.verdict == Verdict::good &&
            told.insert(finding.reason).second)
            out += fmt::format("{:<12}{}: {}\n", "", finding.reason, finding.actual);
    return out;
}

std::string repair_lines(const Repaired& repaired) {
    std::string out;
    for (const auto& each : repaired.repairs) {
        out += fmt::format("{:<12}check {}: {} before, {} now\n", "", each.check, each.before,
                           each.after);
        for (const auto& rows : each.touched)
            out += fmt::format("{:<14}{}\n", "", spell_touched(rows));
    }
    if (!repaired.safety_copy.empty())
        out += fmt::format("{:<12}before: {}\n", "", repaired.safety_copy);
    return out;
}

std::string outcome_lines(const Outcome& outcome) {
    std::string out = fmt::format("{:<11} {:<30} {:>8}  {}\n", word_for(outcome), outcome.step,
                                  outcome.phases.empty() ? "" : spell_duration(took(outcome)),
                                  what_it_did(outcome));
    if (outcome.trouble && !outcome.trouble->hint.empty())
        out += fmt::format("{:<12}next: {}\n", "", outcome.trouble->hint);
    for (const auto& finding : outcome.findings)
        if (finding.verdict != Verdict::good) out += finding_line(finding);
    if (outcome.restored) out += answers_of(outcome);
    if (outcome.restored && !outcome.restored->safety_copy.empty())
        out += fmt::format("{:<12}before: {}\n", "", outcome.restored->safety_copy);
    if (outcome.restored && !outcome.restored->set_aside.empty())
        out += fmt::format(
            "{:<12}the former database was set aside, not replaced (in use, damaged, or changed since its snapshot): {}\n",
            "", outcome.restored->set_aside);
    if (outcome.repaired) out += repair_lines(*outcome.repaired);
    if (outcome.service) out += service_lines(*outcome.service);
    if (outcome.drilled && !outcome.drilled->passed)
        for (const auto& act : outcome.drilled->steps) out += act_line(act);
    if (outcome.drilled && !outcome.drilled->sandbox_removed)
        out += fmt::format("{:<12}sandbox: {}\n", "", outcome.drilled->sandbox);
    return out;
}

std::string_view closing_word(const Record& record) {
    switch (record.status) {
        case RunStatus::completed:
            if (record.exit_status == 0 && record.outcomes.empty())
                return "There was nothing to do.";
            return record.exit_status == 0 ? "All steps succeeded." : "Something was found BAD.";
        case RunStatus::partial:
            return std::ranges::any_of(
                       record.outcomes,
                       [](const auto& each) { return each.status == Status::failed; })
                       ? "Some steps FAILED; the rest is done."
                       : "Some steps are BLOCKED; the rest is done.";
        case RunStatus::failed: return "The run FAILED.";
        case RunStatus::interrupted:
            return "The run was interrupted: what is done stays, what it had begun was rolled back.";
        case RunStatus::died: return "The run was killed.";
    }
    return "";
}

std::string waiting_line(const Waiting& waiting) {
    std::string who;
    if (!waiting.example.empty())
        who = waiting.targets == 1
                  ? waiting.example
                  : fmt::format("{} and {} more", waiting.example, waiting.targets - 1);
    return fmt::format("  {:<40} {:>20}  {}\n", waiting.job,
                       waiting.due_at ? format_time(*waiting.due_at) : "never again", who);
}

std::string rules_text(const Kept& kept) {
    std::string out;
    for (const auto& [rule, count] : kept.rules)
        out += fmt::format("{}{} {}", out.empty() ? "" : ", ", rule, count);
    return out;
}

std::string waiting_text(const Plan& plan) {
    if (plan.waiting.empty()) return "";
    std::string out = "\nnot due yet, and when it will be (UTC)\n";
    for (const auto& waiting : plan.waiting) out += waiting_line(waiting);
    return out;
}

std::string kept_text(const Plan& plan) {
    if (plan.kept.empty()) return "";
    std::string out = "\nkept ('muster prune POLICY --dry-run' lists each snapshot)\n";
    for (const auto& kept : plan.kept)
        out += fmt::format("  {:<40} {:>10}  {}: {}\n", kept.target + ":" + kept.store,
                           spell_bytes(kept.bytes), counted(kept.snapshots, "snapshot"),
                           rules_text(kept));
    return out;
}

}  // namespace

std::string plan_text(const Plan& plan) {
    std::string out = fmt::format("Plan for {}, made {}, serial {}\n", plan.policy_name,
                                  format_time(plan.created_at), plan.serial.hex().substr(0, 16));
    for (const auto& total : plan.totals) {
        if (total.steps == 0) {
            out += fmt::format("\n{}: nothing\n", name_of(total.bucket));
            continue;
        }
        out += fmt::format("\n{}: {}, {}\n", name_of(total.bucket), counted(total.steps, "step"),
                           spell_bytes(total.bytes));
        for (const auto& step : plan.steps) {
            if (step.bucket != total.bucket) continue;
            out += fmt::format("  {:<40} {:>10}  {}\n", step.id, spell_bytes(step.bytes),
                               step.bucket == Bucket::blocked
                                   ? fmt::format("{}: {}", step.reason.code, step.reason.text)
                                   : step.reason.text);
            const auto* restore = std::get_if<RestoreStep>(&step.action);
            if (restore != nullptr && restore->service) out += service_plan(*restore->service);
        }
    }
    out += waiting_text(plan);
    out += kept_text(plan);
    const auto wrong = std::ranges::count_if(
        plan.findings, [](const auto& each) { return each.verdict != Verdict::good; });
    if (wrong > 0) out += "\nas things stand now\n";
    for (const auto& finding : plan.findings)
        if (finding.verdict != Verdict::good) out += finding_line(finding);
    return out + "\nNothing was changed.\n";
}

std::string inspection_text(const Inspection& inspection) {
    std::string out =
        fmt::format("{}\n  {}, {}, SHA-256 {}\n", inspection.backup, name_of(inspection.state),
                    spell_bytes(inspection.bytes), inspection.checksum.hex());
    if (inspection.manifest)
        out += fmt::format(
            "  volume {} ({}), schema version {}, revision {}, taken {} by muster {}\n",
            inspection.manifest->volume_name, inspection.manifest->volume_id,
            inspection.manifest->schema_version,
            inspection.manifest->revision ? fmt::format("{}", *inspection.manifest->revision)
                                          : "not recorded",
            format_time(inspection.manifest->created_at),
            inspection.manifest->created_with_version);
    if (!inspection.told_by.empty())
        out += fmt::format("  holds only what changed since {}\n",
                           fmt::join(inspection.told_by, "\n    and that one since "));
    if (inspection.pinned) out += fmt::format("  pinned: {}\n", *inspection.pinned);
    out += fmt::format("\nlooked at to depth {}\n", name_of(inspection.depth));
    for (const auto& finding : inspection.findings) out += finding_line(finding, inspection.backup);
    if (inspection.restorable) return out + "\nIt may be restored.\n";
    const bool closed = std::ranges::none_of(inspection.findings, fails) &&
                        std::ranges::any_of(inspection.findings, forbids_restore);
    return out + (closed ? "\nUNCHECKED: it cannot be opened, and not be restored.\n"
                         : "\nBAD: it must not be restored.\n");
}

std::string record_text(const Record& record, const std::string& file, const Sha256& head) {
    std::string out;
    for (const auto& note : record.found) out += fmt::format("found       {}\n", note);
    for (const auto& outcome : record.outcomes) out += outcome_lines(outcome);
    for (const auto& finding : record.findings)
        if (finding.verdict != Verdict::good && !is_told(record, finding.reason))
            out += finding_line(finding);
    for (const auto& total : record.left)
        out += fmt::format("{:<11} {}, {}\n", name_of(total.bucket), counted(total.steps, "step"),
                           spell_bytes(total.bytes));
    if (record.trouble && !is_told(record, record.trouble->message)) {
        out += fmt::format("FAILED      {}: {}\n", record.trouble->code, record.trouble->message);
        if (!record.trouble->hint.empty())
            out += fmt::format("{:<12}next: {}\n", "", record.trouble->hint);
    }
    out += fmt::format("\n{} Record {}\n{:>13}SHA-256 {}\n", closing_word(record), file, "",
                       head.hex());
    return out;
}

std::string complaint_text(const Error& error) {
    return complaint(name_of(error.code), error.message, error.hint);
}

std::string complaint_text(const Record& record) {
    std::string out;
    if (record.trouble && !is_told(record, record.trouble->message))
        out += complaint(record.trouble->code, record.trouble->message, record.trouble->hint);
    for (const auto& outcome : record.outcomes) {
        if (outcome.trouble && (outcome.status != Status::skipped || was_blocked(outcome)))
            out += complaint(outcome.trouble->code,
                             fmt::format("{}: {}", outcome.step, outcome.trouble->message),
                             outcome.trouble->hint);
        for (const auto& finding : outcome.findings)
            if (fails(finding))
                out += complaint(finding.code, fmt::format("{}: {}", outcome.step, finding.reason),
                                 finding.next);
    }
    for (const auto& finding : record.findings)
        if (fails(finding) && !is_told(record, finding.reason))
            out += complaint(finding.code, fmt::format("{}: {}", finding.subject, finding.reason),
                             finding.next);
    return out;
}

}  // namespace muster
