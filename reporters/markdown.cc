#include "reporters/markdown.h"

#include <fmt/format.h>

#include <algorithm>

#include "reporters/markdown_text.h"

namespace muster {
namespace {

/// A word of a shell command.
std::string quoted(const std::string& word) {
    const auto harmless = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
               std::string_view{"/._-+:=,@"}.find(c) != std::string_view::npos;
    };
    if (!word.empty() && std::ranges::all_of(word, harmless)) return word;
    std::string out = "'";
    for (const char c : word) out += c == '\'' ? std::string{"'\\''"} : std::string{c};
    return out + "'";
}

/// What to do next: a command stands out, a sentence does not.
std::string next(const std::string& what) {
    return what.starts_with("muster ") ? code(what) : plain(what);
}

std::string when(Time time) {
    auto text = format_time(time);
    text[10] = ' ';
    return text.substr(0, 16) + " UTC";
}

std::string objective_cell(const std::optional<Objective>& objective) {
    if (!objective) return "none set";
    const auto wanted = spell_duration(objective->objective);
    if (!objective->measured) return fmt::format("**not measured** (objective {})", wanted);
    return fmt::format("{}{} of {}", objective->met ? "met: " : "**missed**: ",
                       spell_duration(*objective->measured), wanted);
}

std::string state_cell(const Standing& standing, Time now) {
    if (is_well(standing, now)) return "proven";
    if (!standing.proof) return "**not proven**";
    if (!is_proven(standing, now)) return "**proof expired**";
    return "**needs attention**";
}

std::string target_row(const Standing& standing, Time now) {
    const auto newest = standing.newest ? fmt::format("{} ({})", when(standing.newest->created_at),
                                                      spell_bytes(standing.newest->bytes))
                                        : std::string{"none"};
    const auto proven =
        standing.proof ? when(standing.proof->expires_at) : std::string{"never proven"};
    const auto drill =
        standing.last_drill
            ? fmt::format("{}, {}", when(*standing.last_drill),
                          standing.coverage == Coverage::overdue ? "**failed**" : "passed")
            : std::string{"never"};
    return fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n", plain(standing.target),
                       state_cell(standing, now), newest, proven, objective_cell(standing.rpo),
                       objective_cell(standing.rto), drill);
}

/// Below the table, whose cells hold what was measured.
void write_outlooks(std::string& out, const Handoff& handoff) {
    for (const auto& standing : handoff.targets) {
        if (!standing.outlook) continue;
        if (out.ends_with("|\n")) out += "\nWhere the time of a restore is heading:\n\n";
        out += fmt::format("- {}: {} ({} rehearsals since {})\n", plain(standing.target),
                           plain(standing.outlook->told), standing.outlook->measurements,
                           when(standing.outlook->since));
    }
}

std::string verdict(const Handoff& handoff) {
    const auto well = std::ranges::count_if(
        handoff.targets, [&](const auto& each) { return is_well(each, handoff.as_of); });
    const auto all = static_cast<std::ptrdiff_t>(handoff.targets.size());
    if (!handoff.chain_faults.empty())
        return "**The chain of evidence is broken: do not rely on what follows before you know why.**";
    if (handoff.policy_changed)
        return "**The policy has changed since the last run: what follows speaks of the former one. Run `muster apply`.**";
    if (all == 0) return "**Nothing is protected: the policy has no targets.**";
    if (well == all)
        return all == 1
                   ? "**The one target is proven: its newest proven backup was read back and passed every check, and every objective that is set is met.**"
                   : fmt::format(
                         "**All {} targets are proven: the newest proven backup of each was read back and passed every check, and every objective that is set is met.**",
                         all);
    return fmt::format("**{} of {} targets need attention.**", all - well, all);
}

struct Told {
    std::string text;
    std::string next;
};

/// Findings of one verdict; the same thing told by several checks is told once.
std::vector<Told> findings_of(const Handoff& handoff, Verdict verdict) {
    std::vector<Told> out;
    const auto add = [&](const Finding& finding, const std::string& where) {
        if (finding.verdict != verdict) return;
        Told told{
            fmt::format(
                "**{}**{}, {}: {}", plain(finding.code),
                finding.severity == Severity::error
                    ? ""
                    : fmt::format(" ({})", finding.severity == Severity::info ? "note" : "warning"),
                plain(where), plain(finding.reason)),
            finding.next};
        if (!finding.expected.empty() && !finding.actual.empty())
            told.text += fmt::format(" (expected {}, found {})", plain(finding.expected),
                                     plain(finding.actual));
        if (std::ranges::find(out, told.text, &Told::text) == out.end())
            out.push_back(std::move(told));
    };
    for (const auto& finding : handoff.last_run.findings) add(finding, finding.subject);
    for (const auto& outcome : handoff.last_run.outcomes)
        for (const auto& finding : outcome.findings) add(finding, outcome.step);
    return out;
}

void write_list(std::string& out, const std::vector<Told>& list) {
    for (const auto& told : list) {
        out += fmt::format("- {}\n", told.text);
        if (!told.next.empty()) out += fmt::format("  Next: {}\n", next(told.next));
    }
}

void write_attention(std::string& out, const Handoff& handoff) {
    out += "\n## What needs attention\n\n";
    for (const auto& fault : handoff.chain_faults)
        out += fmt::format("- **chain**: {}\n", plain(fault));
    for (const auto& found : handoff.last_run.found)
        out += fmt::format("- found and dealt with: {}\n", plain(found));
    const auto bad = findings_of(handoff, Verdict::bad);
    write_list(out, bad);
    for (const auto& outcome : handoff.last_run.outcomes)
        if (outcome.status == Status::failed) {
            out += fmt::format(
                "- {} failed: {}\n", code(outcome.step),
                plain(outcome.trouble ? outcome.trouble->message : "no reason is known"));
            if (outcome.trouble && !outcome.trouble->hint.empty())
                out += fmt::format("  Next: {}\n", next(outcome.trouble->hint));
        }
    for (const auto& outcome : handoff.last_run.outcomes)
        if (was_blocked(outcome) &&
            std::ranges::none_of(handoff.last_run.findings, [&](const auto& each) {
                return !each.reason.empty() && outcome.trouble->message.starts_with(each.reason);
            }))
            out += fmt::format("- {} was blocked: {}\n", code(outcome.step),
                               plain(outcome.trouble->message));
    for (const auto& standing : handoff.targets)
        if (standing.proof && !is_proven(standing, handoff.as_of))
            out += fmt::format("- {}: its proof expired at {}\n", plain(standing.target),
                               when(standing.proof->expires_at));
    // What has become bad since the record was made, no finding of it tells.
    const auto told = [&](std::string_view what, const Standing& standing) {
        return std::ranges::any_of(handoff.last_run.findings, [&](const auto& each) {
            return each.verdict == Verdict::bad && each.code == what &&
                   each.subject == standing.target;
        });
    };
    for (const auto& standing : handoff.targets) {
        if (!standing.proof && !told("proof", standing))
            out += fmt::format("- {}: there is no proof\n", plain(standing.target));
        if (standing.rto && !standing.rto->measured)
            out += fmt::format("- {}: its RTO was never measured; a drill measures it\n",
                               plain(standing.target));
        if (standing.rpo && !standing.rpo->met && standing.rpo->measured && !told("rpo", standing))
            out += fmt::format("- {}: its newest proven backup is older than the RPO allows\n",
                               plain(standing.target));
    }
    if (out.ends_with("attention\n\n")) out += "Nothing.\n";
    const auto unchecked = findings_of(handoff, Verdict::unchecked);
    if (unchecked.empty()) return;
    out += "\n## What could not be checked\n\n";
    write_list(out, unchecked);
}

void write_restore(std::string& out, const Handoff& handoff) {
    out +=
        "\n## If you must restore now\n\n"
        "Stop the application first. A snapshot of what is there is taken before anything is replaced, and when the restored\n"
        "database does not pass its validation the former one comes back by itself.\n";
    for (const auto& standing : handoff.targets) {
        out += fmt::format("\n### {}\n\n", plain(standing.target));
        if (!standing.proof) {
            out += "There is no proven backup.";
            out +=
                standing.newest
                    ? fmt::format(
                          " The newest unproven one is {}; look into it first:\n\n```sh\nmuster inspect {}\n```\n",
                          code(standing.newest->path), quoted(standing.newest->path))
                    : std::string{"\n"};
            continue;
        }
        out += fmt::format(
            "```sh\nmuster restore {} --to {} --force --dry-run   # look first\nmuster restore {} --to {} --force\n```\n",
            quoted(standing.proof->path), quoted(standing.path), quoted(standing.proof->path),
            quoted(standing.path));
    }
}

void write_rehearsals(std::string& out, const Handoff& handoff) {
    for (const auto& outcome : handoff.last_run.outcomes) {
        if (!outcome.drilled) continue;
        const auto& drilled = *outcome.drilled;
        out += fmt::format("\n## Rehearsal {}{}: {}\n\n", plain(drilled.drill),
                           outcome.target.empty() ? "" : " of " + plain(outcome.target),
                           drilled.passed ? "passed" : "**failed**");
        const bool calls = std::ranges::any_of(drilled.steps, [](const auto& act) {
            return act.act == "run" || act.act == "http" || act.act == "until" ||
                   act.act == "service";
        });
        out += fmt::format("{}: {}. {}\n", plain(drilled.scenario), name_of(drilled.status),
                           calls ? "muster itself only read production; what its steps ran and "
                                   "called stands below."
                                 : "Production was only read.");
        if (!drilled.backup.empty())
            out += fmt::format(
                "\nRestored: {}{}\n", code(drilled.backup),
                drilled.backup_time ? ", content of " + when(*drilled.backup_time) : std::string{});
        out += "\n| step | did | took | seen |\n|---|---|---:|---|\n";
        for (const auto& act : drilled.steps)
            out += fmt::format("| {} | {}{} | {} | {} |\n", plain(act.name), plain(act.act),
                               act.status == DrillStatus::completed
                                   ? ""
                                   : fmt::format(": **{}**", name_of(act.status)),
                               spell_duration(act.elapsed), plain(act.told));
        out += "\n";
        for (const auto& mutation : drilled.mutations)
            out += fmt::format("- damage: {} in {} ({} row{})\n", plain(mutation.kind),
                               plain(mutation.table), mutation.rows, mutation.rows == 1 ? "" : "s");
        for (const auto& finding : outcome.findings)
            if (finding.code == "equality" || finding.code == "damage" ||
                finding.code == "faults" || fails(finding))
                out += fmt::format(
                    "- {}: {}{}\n", plain(finding.code), plain(finding.reason),
                    finding.coverage.empty() ? "" : " (" + plain(finding.coverage) + ")");
        if (drilled.restore_took > Duration::zero()) {
            out += "\n| recovery | took |\n|---|---:|\n";
            for (const auto& phase : drilled.recovery)
                out +=
                    fmt::format("| {} | {} |\n", plain(phase.name), spell_duration(phase.elapsed));
            out += fmt::format("| **in all** | **{}** |\n", spell_duration(drilled.restore_took));
        }
        out +=
            fmt::format("\nSandbox: {}.\n",
                        drilled.sandbox_removed ? "removed" : "kept at " + code(drilled.sandbox));
    }
}

void write_run(std::string& out, const Handoff& handoff) {
    const auto& run = handoff.last_run;
    out += fmt::format("\n## The last run\n\n{} by {} on {}, from {} to {}: {} (exit status {}).\n",
                       code(fmt::format("{}", fmt::join(run.head.command, " "))),
                       plain(run.head.by.login), plain(run.head.by.host), when(run.head.started_at),
                       when(run.finished_at), name_of(run.status), run.exit_status);
    if (run.trouble)
        out += fmt::format("\n**{}**: {}\n", plain(run.trouble->code), plain(run.trouble->message));
    if (run.outcomes.empty()) return;
    out += "\n| step | result | checks good | unchecked | bad |\n|---|---|---:|---:|---:|\n";
    for (const auto& outcome : run.outcomes) {
        const auto count = [&](Verdict verdict) {
            return std::ranges::count(outcome.findings, verdict, &Finding::verdict);
        };
        out += fmt::format("| {} | {} | {} | {} | {} |\n", plain(outcome.step),
                           was_blocked(outcome) ? "blocked" : name_of(outcome.status),
                           count(Verdict::good), count(Verdict::unchecked), count(Verdict::bad));
    }
}

void write_evidence(std::string& out, const Handoff& handoff) {
    const auto& run = handoff.last_run;
    out += fmt::format(
        "\n## Evidence\n\n- record: {}\n- chain: {} record{}, {}; SHA-256 of the newest record: {}\n- policy: {}",
        code(handoff.record_file), handoff.records, handoff.records == 1 ? "" : "s",
        handoff.chain_faults.empty() ? "unbroken" : "**broken**", code(handoff.chain_head.hex()),
        code(run.head.policy_path));
    if (run.head.policy_hash)
        out += fmt::format(", SHA-256 of its meaning {}", code(run.head.policy_hash->hex()));
    out += fmt::format("\n- muster {}\n", plain(run.head.tool_version));
    if (run.population) {
        out += fmt::format("- targets in scope: {}", run.population->count);
        if (!run.population->added.empty())
            out += fmt::format("; new since the record before: {}",
                               plain(fmt::format("{}", fmt::join(run.population->added, ", "))));
        if (!run.population->removed.empty())
            out += fmt::format("; **gone since the record before**: {}",
                               plain(fmt::format("{}", fmt::join(run.population->removed, ", "))));
        out += "\n";
    }
    out += fmt::format("- again: {}\n",
                       code(fmt::format("muster report {} --state {}", quoted(run.head.policy_path),
                                        quoted(handoff.state))));
}

}  // namespace

std::string handoff_markdown(const Handoff& handoff) {
    std::string out = fmt::format("# Backup handoff: {}\n\nAs of {}.", plain(handoff.policy_name),
                                  when(handoff.as_of));
    if (!handoff.owner.empty()) out += fmt::format(" Owner: {}.", plain(handoff.owner));
    out += "\n\n" + verdict(handoff) + "\n\n";
    out +=
        "*Proven* means: the backup was read back from where it lies, its bytes compared with its checksum, opened, every page\n"
        "accounted for, SQLite's own integrity check passed, and every question of the policy answered as it should be. A proof\n"
        "expires; then a new one is due. *RPO* is how much may be lost (age of the newest proven backup), *RTO* how long a\n"
        "restore may take (measured by the last rehearsal).\n\n"
        "## What is protected, and what is proven\n\n"
        "| target | state | newest backup | proven until | RPO | RTO | last rehearsal |\n|---|---|---|---|---|---|---|\n";
    for (const auto& standing : handoff.targets) out += target_row(standing, handoff.as_of);
    write_outlooks(out, handoff);
    write_attention(out, handoff);
    write_restore(out, handoff);
    write_rehearsals(out, handoff);
    write_run(out, handoff);
    write_evidence(out, handoff);
    return out;
}

}  // namespace muster
