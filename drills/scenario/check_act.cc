#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "drills/scenario/acts.h"
#include "engine/snapshot/examine.h"
#include "engine/snapshot/inspect.h"

namespace muster {
namespace {

/// Nothing hides behind a count: what is not good stands beside it.
void add_health(Findings seen, const std::string& subject, Findings& out) {
    const auto bad = std::ranges::count_if(seen, fails);
    out.push_back(
        {"health", Severity::error, bad == 0 ? Verdict::good : Verdict::bad, subject,
         bad == 0 ? "the database was looked through where it lies" : "the database is ill",
         "no error", fmt::format("{} of {} checks failed", bad, seen.size()), "depth full", ""});
    for (auto& each : seen)
        if (each.verdict != Verdict::good || !each.check.empty()) out.push_back(std::move(each));
}

/// It must be found bad, so that it is seen that the checks can fail.
Finding judge_expected_bad(const Findings& seen, const std::string& subject) {
    const auto found = std::ranges::find_if(seen, fails);
    const bool bad = found != seen.end();
    return {"health",
            Severity::error,
            bad ? Verdict::good : Verdict::bad,
            subject,
            bad ? "it was found bad, as it must be: the checks can fail"
                : "it was found sound, and it must be bad: the checks see nothing",
            "a check that fails",
            bad ? told(*found) : "none failed",
            fmt::format("{} checks", seen.size()),
            ""};
}

Result<Findings> look_at_snapshot(const CheckAct& act, Stage& stage, const Host& host) {
    MUSTER_TRY(const auto snapshot, stage.need_snapshot(act.snapshot));
    InspectOptions options;
    options.depth = act.depth;
    options.checks = stage.step().checks;
    options.keys = snapshot.keys;
    if (act.snapshot == chosen_snapshot) options.supported_schema = stage.step().supported_schema;
    MUSTER_TRY(auto seen, inspect_backup(snapshot.artifact, options, host));
    return std::move(seen.findings);
}

}  // namespace

Result<ActEnd> perform(const CheckAct& act, Stage& stage, const Host& host) {
    auto& out = stage.rehearsal().findings;
    const auto before = out.size();
    std::string subject;
    Findings seen;
    if (act.database.empty()) {
        MUSTER_TRY(const auto snapshot, stage.need_snapshot(act.snapshot));
        subject = snapshot.artifact.string();
        MUSTER_TRY(seen, look_at_snapshot(act, stage, host));
    } else {
        subject = stage.database(act.database).string();
        // An application may have left rows in a log: they are looked at too.
        MUSTER_TRY(const auto whole, stage.whole_file(act.database, host));
        MUSTER_TRY(seen, examine_database(whole, {act.depth, stage.step().checks}, subject, host));
    }
    if (act.verdict == Verdict::bad)
        out.push_back(judge_expected_bad(seen, subject));
    else if (act.database.empty())
        std::ranges::move(seen, std::back_inserter(out));
    else
        add_health(std::move(seen), subject, out);
    if (act.rows) {
        MUSTER_TRY(const auto content, stage.content_of(act.database, host));
        if (const auto& baseline = stage.step().rows)
            out.push_back(
                judge_row_counts(*baseline, content, subject,
                                 stage.rehearsal().drilled.backup_time.value_or(host.now())));
        auto& rows = stage.rehearsal().drilled.rows;
        rows.clear();
        for (const auto& table : content.tables) rows.push_back({table.table, table.rows});
    }
    const auto bad =
        std::ranges::find_if(out.begin() + static_cast<std::ptrdiff_t>(before), out.end(), fails);
    const bool held = bad == out.end();
    return ActEnd{
        held, held ? fmt::format("nothing bad in {} findings", out.size() - before) : told(*bad),
        true};
}

Finding judge_row_counts(const RowsBaseline& baseline, const DatabaseDigest& content,
                         const std::string& subject, Time of) {
    using Days = std::chrono::duration<double, std::chrono::days::period>;
    // A young table grows by whole multiples.
    constexpr double always_allowed = 1000;
    // A rehearsal of an older snapshot looks back: then it is the one that the rows came after.
    const bool is_newer = of >= baseline.at;
    const double days = std::max(1.0, std::abs(Days{of - baseline.at}.count()));
    std::vector<std::string> told;
    std::size_t compared = 0;
    for (const auto& known : baseline.tables) {
        const auto found = std::ranges::find(content.tables, known.table, &TableDigest::table);
        if (found == content.tables.end()) {
            const bool unreadable = std::ranges::any_of(
                content.unchecked, [&](const auto& each) { return each.starts_with(known.table); });
            if (is_newer && !unreadable)
                told.push_back(fmt::format("{} is gone ({} rows)", known.table, known.rows));
            continue;
        }
        ++compared;
        const auto before = static_cast<double>(is_newer ? known.rows : found->rows);
        const auto after = static_cast<double>(is_newer ? found->rows : known.rows);
        const double least = std::ceil(before * (1 - baseline.rules.may_shrink));
        const double most =
            before + std::max(always_allowed, before * baseline.rules.may_grow_per_day * days);
        const auto tell = [&](std::string_view limit, double rows) {
            told.push_back(
                fmt::format("{} went from {:.0f} rows to {:.0f}, and {} {:.0f} are allowed",
                            known.table, before, after, limit, rows));
        };
        if (after < least) tell("no fewer than", least);
        if (after > most) tell("no more than", most);
    }
    const bool first = baseline.tables.empty();
    const bool good = told.empty();
    return {"rows",
            Severity::error,
            good ? Verdict::good : Verdict::bad,
            subject,
            first  ? "the rows of each table were counted; the next rehearsal is held to them"
            : good ? "each table has about as many rows as the last rehearsal counted"
                   : "the rows are not what the last rehearsal lets expect",
            first ? "" : "about those of the content of " + format_time(baseline.at),
            good ? fmt::format("{} tables", content.tables.size())
                 : fmt::format("{}", fmt::join(told, "; ")),
            first ? "" : fmt::format("{} of {} tables", compared, content.tables.size()),
            ""};
}

}  // namespace muster
