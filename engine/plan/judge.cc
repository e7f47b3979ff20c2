#include "engine/plan/judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "engine/plan/availability.h"
#include "engine/plan/plan_draft.h"
#include "engine/plan/reread.h"
#include "engine/plan/selector.h"
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

/// Time enough to mend it before it is missed.
constexpr std::chrono::days warned_before{90};

void judge_outlook(Findings& out, const Standing& standing, Time now) {
    const auto& outlook = *standing.outlook;
    const auto& rto = *standing.rto;
    if (rto.measured && !rto.met) return;  // the finding rto says so
    const bool misses = outlook.misses_at && *outlook.misses_at - now <= warned_before;
    const auto wanted = spell_duration(rto.objective);
    out.push_back(
        {"outlook", Severity::warning, misses ? Verdict::bad : Verdict::good, standing.target,
         outlook.told,
         fmt::format("at most {} for another {}", wanted, spell_duration(warned_before)),
         misses ? fmt::format("{} about {}", wanted, format_time(*outlook.misses_at).substr(0, 10))
                : spell_duration(outlook.expected) + " now",
         fmt::format("a line through {} rehearsals since {}", outlook.measurements,
                     format_time(outlook.since).substr(0, 10)),
         misses ? "take full snapshots more often, restore from a faster store, or set a longer rto"
                : ""});
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
                        snapshot.detail.text(),
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
                if (!snapshot.known_bad)
                    finding.reason =
                        "its time lies in the future; it is never taken for the newest";
                else if (finding.reason.empty())
                    finding.reason = "its last verification found it bad";
                break;
        }
        if (snapshot.state != SnapshotState::unfinished)
            finding.next = fmt::format("muster inspect {}", snapshot.path);
        out.push_back(std::move(finding));
    }
}

/// Where the protections promise that all bytes are read again.
void judge_rereads(Findings& out, const Policy& policy, const PlanDraft& world) {
    for (const auto& [name, protect] : policy.protect) {
        if (!protect.read_all_within) continue;
        for (const auto* target : world.chosen()) {
            const auto kind = kind_of(world.spec_of(*target));
            if (!selects(protect.targets, target->spec, target->id, kind)) continue;
            for (const auto& store : protect.stores) {
                const auto stands = reread_of(world.snapshots().of(target->id, store),
                                              *protect.read_all_within, world.world().now);
                if (stands.bytes.count == 0) continue;
                const bool all = stands.current == stands.bytes;
                out.push_back(
                    {"read_again", Severity::warning, all ? Verdict::good : Verdict::bad,
                     fmt::format("{}:{}", target->id, store),
                     all ? "every stored byte was read in time"
                         : "some of what is stored was not read for longer than that",
                     "all within " + spell_duration(*protect.read_all_within),
                     fmt::format("the longest unread {}", format_time(stands.oldest)),
                     fmt::format("{} of {}", spell_bytes(stands.current),
                                 spell_bytes(stands.bytes)),
                     all ? "" : "muster apply POLICY --only verify --target " + target->id});
            }
        }
    }
}

/// How long a drill may wait for the next apply, from the first run it missed.
constexpr std::chrono::hours overdue_after{24};

bool is_drill_of(const DrillSpec& drill, const TargetFacts& target, TargetKind kind) {
    return drill.targets != TargetSelector{} &&
           selects(drill.targets, target.spec, target.id, kind);
}

void judge_drills(Findings& out, const Policy& policy, const PlanDraft& world) {
    const auto add = [&](const std::string& name, const DrillSpec& drill,
                         const std::string& target) {
        if (!drill.schedule) return;
        const auto* last = world.last_drill(name, target);
        if (last == nullptr) return;  // never: its target's coverage says so
        const auto missed = next_run(*drill.schedule, world.calendar(), last->at,
                                     fmt::format("{}/drills.{}/{}", policy.name, name, target));
        if (!missed || world.world().now - *missed < overdue_after) return;
        out.push_back({"drill_overdue", policy.strictness.drill_overdue, Verdict::bad,
                       target.empty() ? name : target, fmt::format("the drill {} is overdue", name),
                       "run at " + format_time(*missed), "last run " + format_time(last->at), "",
                       "muster drill POLICY " + name});
    };
    for (const auto& [name, drill] : policy.drills) {
        if (drill.targets == TargetSelector{}) add(name, drill, "");
        for (const auto* target : world.chosen())
            if (is_drill_of(drill, *target, kind_of(world.spec_of(*target))))
                add(name, drill, target->id);
    }
}

/// When the next backup of the target may begin; nothing when one is due now, or none ever is.
std::optional<Time> next_backup(const Policy& policy, const PlanDraft& world,
                                const TargetFacts& target) {
    std::optional<Time> earliest;
    const auto kind = kind_of(world.spec_of(target));
    for (const auto& [name, protect] : policy.protect) {
        if (!selects(protect.targets, target.spec, target.id, kind)) continue;
        if (!protect.schedule) return std::nullopt;
        for (const auto& store : protect.stores) {
            std::optional<Time> last;
            for (const auto* snapshot : world.snapshots().of(target.id, store))
                if (snapshot->state == SnapshotState::complete && !snapshot->damaged &&
                    snapshot->created_at <= world.world().now &&
                    (!last || *last < snapshot->created_at))
                    last = snapshot->created_at;
            const auto state = due_at(*protect.schedule, world.calendar(), last, world.world().now);
            if (state.now || !state.next) return std::nullopt;
            if (!earliest || *state.next < *earliest) earliest = state.next;
        }
    }
    return earliest;
}

/// What is well now and will not be when the next backup comes.
void judge_ahead(Findings& out, const Policy& policy, const PlanDraft& world,
                 const TargetFacts& target, const Standing& standing) {
    const auto next = next_backup(policy, world, target);
    if (!next) return;
    if (standing.rpo && standing.rpo->met && standing.rpo->measured) {
        const auto reached =
            world.world().now + std::chrono::floor<std::chrono::seconds>(standing.rpo->objective -
                                                                         *standing.rpo->measured);
        if (reached < *next)
            out.push_back({"rpo_at_risk", Severity::warning, Verdict::bad, target.id,
                           "the newest proven snapshot will be older than the objective before "
                           "the next backup is due",
                           "a backup before " + format_time(reached), "due " + format_time(*next),
                           "", "muster apply POLICY --ignore-schedule --target " + target.id});
    }
    if (standing.proof && standing.proof->expires_at > world.world().now &&
        standing.proof->expires_at < *next)
        out.push_back({"proof_expiring", Severity::info, Verdict::bad, target.id,
                       "its proof expires before the next backup brings a new one",
                       "a proof at any time", "expires " + format_time(standing.proof->expires_at),
                       "", ""});
}

}  // namespace

Findings judge(const Policy& policy, const Observation& observation) {
    Findings out = unavailable_besides_steps(policy);
    for (const auto& run : observation.unfinished_runs)
        out.push_back({"run", Severity::warning, Verdict::bad, run.run,
                       fmt::format("'{}' never ended; the last step it began is {}", run.command,
                                   run.last_step.empty() ? "none" : run.last_step),
                       "every run ends in a record", "the journal stops in the middle", "", ""});
    for (const auto& store : observation.stores)
        if (store.trouble) out.push_back(trouble_finding("store", store.name, *store.trouble));
    for (const auto& target : observation.targets)
        if (target.trouble) {
            out.push_back(trouble_finding("target", target.id, *target.trouble));
            out.back().severity = policy.strictness.skipped_target;
        }
    judge_snapshots(out, observation);

    const Selection everything;
    const PlanDraft world{policy, observation, everything};
    judge_rereads(out, policy, world);
    judge_drills(out, policy, world);
    std::unordered_map<std::string_view, const TargetFacts*> facts;
    for (const auto& target : observation.targets) facts[target.id] = &target;
    for (const auto& standing : standings_of(policy, observation).targets) {
        judge_ahead(out, policy, world, *facts.at(standing.target), standing);
        judge_proof(out, standing, observation.now, standing.rpo.has_value());
        if (standing.rpo)
            judge_objective(out, "rpo", standing, *standing.rpo,
                            "the age of the newest proven snapshot", "there is no proven snapshot");
        if (standing.rto)
            judge_objective(out, "rto", standing, *standing.rto, "the last rehearsed restore",
                            "no drill that passed has measured it yet");
        if (standing.outlook) judge_outlook(out, standing, observation.now);
        if (standing.coverage == Coverage::overdue)
            out.push_back({"drill", policy.strictness.drill_overdue, Verdict::bad, standing.target,
                           standing.reason, "the last drill passed", "failed", "", ""});
    }
    return out;
}

}  // namespace muster
