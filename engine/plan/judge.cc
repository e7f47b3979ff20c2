#include "engine/plan/judge.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/plan/standings.h"

namespace muster {
namespace {

Finding trouble_finding(std::string code, std::string subject, const Trouble& trouble) {
    return {std::move(code), Severity::error,
            Verdict::bad,    std::move(subject),
            trouble.message, "",
            trouble.code,    "",
            trouble.hint};
}

void judge_proof(Findings& out, const Standing& standing, Time now, bool promised) {
    Finding finding{"proof",
                    promised ? Severity::error : Severity::warning,
                    Verdict::bad,
                    standing.target,
                    "",
                    "an unexpired proof",
                    "",
                    "",
                    ""};
    if (!standing.proof) {
        finding.reason =
            standing.snapshots == 0
                ? "there is no usable snapshot of it"
                : fmt::format("none of its {} snapshots was ever proven", standing.snapshots);
        finding.actual = "none";
    } else if (standing.proof->expires_at <= now) {
        finding.reason = "the proof has expired; a new one is due";
        finding.actual = "expired " + format_time(standing.proof->expires_at);
    } else {
        finding.verdict = Verdict::good;
        finding.reason = "a snapshot was read back from its store, opened and passed every check";
        finding.actual = "until " + format_time(standing.proof->expires_at);
        finding.coverage = standing.proof->path;
    }
    out.push_back(std::move(finding));
}

void judge_objective(Findings& out, std::string code, const Standing& standing,
                     const Objective& objective, std::string_view what,
                     std::string_view unmeasured) {
    Finding finding{std::move(code),
                    Severity::error,
                    Verdict::good,
                    standing.target,
                    "",
                    "at most " + spell_duration(objective.objective),
                    "",
                    "",
                    ""};
    if (!objective.measured) {
        finding.verdict = Verdict::unchecked;
        finding.reason = unmeasured;
        finding.actual = "not measured";
    } else {
        finding.verdict = objective.met ? Verdict::good : Verdict::bad;
        finding.reason =
            fmt::format("{} {} the objective", what, objective.met ? "keeps" : "misses");
        finding.actual = spell_duration(*objective.measured);
    }
    out.push_back(std::move(finding));
}

void judge_snapshots(Findings& out, const Observation& observation) {
    for (const auto& snapshot : observation.snapshots) {
        if (snapshot.state == SnapshotState::complete && !snapshot.known_bad &&
            snapshot.created_at <= observation.now)
            continue;
        Finding finding{"snapshot",
                        Severity::warning,
                        Verdict::bad,
                        snapshot.path,
                        snapshot.detail,
                        "complete and good",
                        "",
                        "",
                        ""};
        switch (snapshot.state) {
            case SnapshotState::unfinished: finding.actual = "unfinished"; break;
            case SnapshotState::broken: finding.actual = "broken"; break;
            case SnapshotState::foreign: finding.actual = "of another database"; break;
            case SnapshotState::complete:
                finding.actual = snapshot.known_bad ? "bad" : "dated in the future";
                finding.reason =
                    snapshot.known_bad
                        ? "its last verification found it bad"
                        : "its time lies in the future; it is never taken for the newest";
                break;
        }
        if (snapshot.state != SnapshotState::unfinished)
            finding.next = fmt::format("muster inspect {}", snapshot.path);
        out.push_back(std::move(finding));
    }
}

}  // namespace

Findings judge(const Policy& policy, const Observation& observation) {
    Findings out;
    for (const auto& run : observation.unfinished_runs)
        out.push_back({"run", Severity::warning, Verdict::bad, run.run,
                       fmt::format("'{}' never ended; the last step it began is {}", run.command,
                                   run.last_step.empty() ? "none" : run.last_step),
                       "every run ends in a record", "the journal stops in the middle", "", ""});
    for (const auto& store : observation.stores)
        if (store.trouble) out.push_back(trouble_finding("store", store.name, *store.trouble));
    for (const auto& target : observation.targets)
        if (target.trouble) out.push_back(trouble_finding("target", target.id, *target.trouble));
    judge_snapshots(out, observation);

    for (const auto& standing : standings_of(policy, observation).targets) {
        judge_proof(out, standing, observation.now, standing.rpo.has_value());
        if (standing.rpo)
            judge_objective(out, "rpo", standing, *standing.rpo,
                            "the age of the newest proven snapshot", "there is no proven snapshot");
        if (standing.rto)
            judge_objective(out, "rto", standing, *standing.rto, "the last rehearsed restore",
                            "no drill that passed has measured it yet");
        if (standing.coverage == Coverage::overdue)
            out.push_back({"drill", Severity::error, Verdict::bad, standing.target, standing.reason,
                           "the last drill passed", "failed", "", ""});
    }
    return out;
}

}  // namespace muster
