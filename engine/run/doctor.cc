#include "engine/run/doctor.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/shared_host.h"
#include "engine/base/stopwatch.h"
#include "engine/base/workers.h"
#include "engine/model/command_line.h"
#include "engine/plan/compaction.h"
#include "engine/plan/questions.h"
#include "engine/plan/repair.h"
#include "engine/snapshot/examine.h"
#include "engine/sqlite/check.h"
#include "engine/sqlite/copy.h"
#include "engine/sqlite/header.h"
#include "engine/sqlite/repair.h"
#include "engine/sqlite/sidecars.h"
#include "engine/sqlite/wal_index.h"

namespace muster {
namespace {

constexpr Duration longest_pause = std::chrono::milliseconds{250};
constexpr Duration patience = std::chrono::seconds{2};  // with who locks everybody out
/// A log of so much, and of a quarter of the database, is one that nobody folds in.
constexpr Bytes large_wal{std::uint64_t{64} << 20U};

/// Whose fault it is that the database cannot be looked at: its own, or the world's.
bool is_illness(ErrorCode code) {
    using enum ErrorCode;
    return code == damaged || code == not_a_database || code == not_found || code == not_a_file;
}

Finding unreadable(const std::string& path, const Error& error) {
    return {"readable",
            Severity::error,
            is_illness(error.code) ? Verdict::bad : Verdict::unchecked,
            path,
            error.message,
            "a database that can be copied",
            std::string{name_of(error.code)},
            "",
            error.code == ErrorCode::not_a_database
                ? "check the path; restore it from a proven snapshot where it was a database"
                : error.hint};
}

/// Of the file, not of what its rows say.
bool is_damage(const Finding& finding) {
    return finding.severity == Severity::error && finding.verdict != Verdict::good &&
           finding.check.empty();
}

std::string spell_auto_vacuum(int mode) {
    return mode == 0 ? "none" : mode == 1 ? "full" : "incremental";
}

/// One database.
class Examining {
public:
    Examining(const Patient& patient, const DoctorRules& rules, const Host& host)
        : patient_(patient), rules_(rules), host_(host) {
        out_.path = patient.path.string();
        out_.target = patient.target;
    }

    Result<DatabaseHealth> run() {
        Stopwatch watch;
        const auto looked = look();
        if (!looked) {
            MUSTER_CHECK(host_.keep_going());
            note_sizes();
            out_.findings.push_back(unreadable(out_.path, looked.error()));
        }
        judge();
        out_.elapsed = watch.lap();
        return std::move(out_);
    }

private:
    Result<> look() {
        MUSTER_TRY(const auto scratch, ScratchFolder::make(host_.scratch));
        const auto copy = scratch.path() / "copy.sqlite";
        CopyOptions options;
        options.scratch = host_.scratch;
        options.wait = patience;
        options.max_writer_pause = longest_pause;
        options.may_be_empty = patient_.may_be_empty;
        options.progress = [this](std::uint64_t done, std::uint64_t total) -> Result<> {
            host_.progress("copying", done, total);
            return host_.keep_going();
        };
        MUSTER_TRY(const auto copied, copy_database(patient_.path, copy, options));
        note_source(copied.source);
        note_checkpoint_lag(copied.source);
        MUSTER_CHECK(note_content(copy));
        MUSTER_TRY(const auto findings,
                   examine_database(copy, {depth(), checks_asked()}, out_.path, host_));
        out_.findings.insert(out_.findings.begin(), findings.begin(), findings.end());
        return rehearse_repairs(copy);
    }

    Depth depth() const { return patient_.depth.value_or(rules_.depth); }

    std::vector<CheckSpec> checks_asked() const { return asked_at(depth(), patient_.checks); }

    Result<> rehearse_repairs(const fs::path& copy) {
        if (depth() < Depth::full || std::ranges::any_of(out_.findings, is_damage)) return {};
        RepairOptions options;
        options.rehearse = true;
        options.subject = out_.path;
        auto rehearsed = repair_rows(copy, checks_asked(), options, host_);
        MUSTER_CHECK(host_.keep_going());
        if (!rehearsed)
            out_.repair = RepairOutlook{failing_repairable(), rehearsed.error().message};
        else if (!rehearsed->empty())
            out_.repair = RepairOutlook{*std::move(rehearsed), {}};
        return {};
    }

    void note_source(const SourceFacts& source) {
        out_.path = source.path.string();
        out_.bytes = source.bytes;
        out_.wal_bytes = source.wal_bytes;
        out_.journal_mode = name_of(source.journal_mode);
        if (source.recovered_from != RecoveredFrom::none)
            out_.findings.push_back(
                {"crashed_writer", Severity::warning, Verdict::bad, out_.path,
                 "its last writer died, and what it left is not folded in: each reader has to "
                 "undo or redo it",
                 "no log that belongs to nobody", std::string{name_of(source.recovered_from)}, "",
                 "start the application, or open it once with sqlite3"});
        if (source.wal_bytes > large_wal && source.wal_bytes.count > source.bytes.count / 4)
            out_.findings.push_back(
                {"wal_large", Severity::warning, Verdict::bad, out_.path,
                 "its log has grown: checkpoints are not made, or a reader that never ends keeps "
                 "them from folding it in",
                 "at most " + spell_bytes(large_wal) + ", or a quarter of the database",
                 spell_bytes(source.wal_bytes), "",
                 "look for long transactions; PRAGMA wal_checkpoint(TRUNCATE) folds it in"});
    }

    void note_checkpoint_lag(const SourceFacts& source) {
        if (source.wal_bytes.count == 0) return;
        if (const auto frames = frames_not_checkpointed(source.path))
            out_.checkpoint_lag = Bytes{*frames * static_cast<std::uint64_t>(source.page_size)};
    }

    Result<> note_content(const fs::path& copy) {
        MUSTER_TRY(const auto file, File::open_read(copy));
        MUSTER_TRY(const auto size, file.size());
        MUSTER_TRY(const auto header, read_header(file));
        if (!header)
            return fail(ErrorCode::not_a_database, out_.path + " has no database header",
                        "restore it from a proven snapshot");
        const auto pages = header->pages(size.count);
        out_.page_size = header->page_size;
        out_.pages = static_cast<std::int64_t>(pages);
        out_.free_pages = header->freelist_count;
        out_.free_ratio =
            pages == 0 ? 0
                       : static_cast<double>(header->freelist_count) / static_cast<double>(pages);
        out_.reclaimable = {std::uint64_t{header->freelist_count} * header->page_size};
        out_.auto_vacuum = spell_auto_vacuum(header->auto_vacuum());
        out_.encoding = header->encoding();
        out_.application_id = header->application_id;
        out_.user_version = header->user_version;
        if (!patient_.schema_version && depth() < Depth::full) return {};
        MUSTER_TRY(auto connection, Connection::open(copy, OpenMode::immutable));
        if (patient_.schema_version)
            if (const auto version =
                    query_number(connection, patient_.schema_version->sql, "schema_version"))
                out_.schema_version = *version;
        // Where the module is not here, or the pages are none, nothing is told.
        if (depth() >= Depth::full)
            if (const auto unused =
                    connection.query_integer("SELECT sum(unused) FROM dbstat WHERE aggregate = 1"))
                out_.unused_in_pages = Bytes{static_cast<std::uint64_t>(*unused)};
        return {};
    }

    void note_sizes() {
        if (const auto there = status_of(patient_.path); there && there->regular)
            out_.bytes = there->size;
        if (const auto log = status_of(sidecar(patient_.path, "-wal")); log && log->regular)
            out_.wal_bytes = log->size;
    }

    std::vector<Repair> failing_repairable() const {
        std::vector<Repair> out;
        for (const auto& check : checks_asked())
            for (const auto& finding : out_.findings)
                if (is_repairable(check) && finding.check == check.name &&
                    finding.verdict == Verdict::bad)
                    out.push_back({check.name, finding.actual, {}, {}});
        return out;
    }

    void judge() {
        if (!out_.repair && std::ranges::any_of(out_.findings, is_damage) &&
            std::ranges::any_of(patient_.checks, is_repairable))
            out_.repair = RepairOutlook{{}, "its checks cannot be asked"};
        out_.posture = posture_of(out_);
        if (out_.posture == RepairPosture::safe) point_to_repair();
        if (pages().count > 0 && std::ranges::none_of(out_.findings, is_damage) &&
            !below_threshold(rules_.compact, pages(), out_.reclaimable))
            out_.findings.push_back({"compaction_recommended", Severity::warning, Verdict::bad,
                                     out_.path,
                                     "much of the file holds nothing; VACUUM gives it back",
                                     fmt::format("less than {:.0f} % and {} free",
                                                 100 * least_free_ratio(rules_.compact),
                                                 spell_bytes(least_free_bytes(rules_.compact))),
                                     fmt::format("{:.0f} %, {}", 100 * out_.free_ratio.value_or(0),
                                                 spell_bytes(out_.reclaimable)),
                                     "", command_line({"muster", "compact", out_.path})});
        const auto matters = [](const Finding& finding) {
            return finding.severity == Severity::error && finding.verdict == Verdict::unchecked;
        };
        if (std::ranges::any_of(out_.findings, fails))
            out_.verdict = Verdict::bad;
        else if (std::ranges::any_of(out_.findings, matters))
            out_.verdict = Verdict::unchecked;
    }

    void point_to_repair() {
        for (auto& finding : out_.findings)
            if (finding.verdict == Verdict::bad && !finding.check.empty() &&
                std::ranges::find(out_.repair->repairs, finding.check, &Repair::check) !=
                    out_.repair->repairs.end())
                finding.next = "muster repair-safe POLICY --target " + out_.target;
    }

    Bytes pages() const {
        return {static_cast<std::uint64_t>(out_.pages.value_or(0)) *
                static_cast<std::uint64_t>(out_.page_size.value_or(0))};
    }

    const Patient& patient_;
    const DoctorRules& rules_;
    const Host& host_;
    DatabaseHealth out_;
};

/// By the file they are. Several targets may be one file, each with checks of its own; of paths
/// alone the first is enough.
void drop_second_names(std::vector<Patient>& patients) {
    for (auto& patient : patients) patient.path = real_path(patient.path);
    std::ranges::stable_sort(patients, {}, &Patient::path);
    const auto again =
        std::unique(patients.begin(), patients.end(), [](const auto& one, const auto& other) {
            return one.path == other.path && one.target == other.target;
        });
    patients.erase(again, patients.end());
}

/// Where each file begins, and the end: one file is never looked at twice at a time, for a process
/// that closes it loses all its locks on it.
std::vector<std::size_t> files_of(const std::vector<Patient>& patients) {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < patients.size(); ++i)
        if (i == 0 || patients[i].path != patients[i - 1].path) out.push_back(i);
    out.push_back(patients.size());
    return out;
}

std::uint64_t bytes_of_all(const std::vector<Patient>& patients) {
    std::uint64_t out = 0;
    for (const auto& patient : patients)
        if (const auto there = status_of(patient.path); there && there->regular)
            out += there->size.count;
    return out;
}

void add_up(HealthReport& report) {
    std::vector<const DatabaseHealth*> candidates;
    auto& sum = report.summary;
    for (const auto& each : report.databases) {
        ++sum.databases;
        sum.bytes += each.bytes + each.wal_bytes;
        sum.reclaimable += each.reclaimable;
        if (each.posture == RepairPosture::safe) ++sum.repair_safe;
        if (each.posture == RepairPosture::unsafe) ++sum.repair_unsafe;
        switch (each.verdict) {
            case Verdict::good: ++sum.healthy; break;
            case Verdict::bad: ++sum.ill; break;
            case Verdict::unchecked: ++sum.unchecked; break;
        }
        const auto warns = [](const Finding& finding) { return finding.verdict == Verdict::bad; };
        if (each.verdict == Verdict::good && std::ranges::any_of(each.findings, warns))
            ++sum.warned;
        if (std::ranges::find(each.findings, "compaction_recommended", &Finding::code) !=
            each.findings.end())
            candidates.push_back(&each);
    }
    std::ranges::stable_sort(candidates, std::ranges::greater{}, &DatabaseHealth::reclaimable);
    for (const auto* each : candidates) report.candidates.push_back(each->path);
}

}  // namespace

Result<HealthReport> examine_all(std::vector<Patient> patients, const DoctorRules& rules,
                                 const Host& host) {
    drop_second_names(patients);
    Stopwatch watch;
    HealthReport report;
    report.at = host.now();
    report.depth = rules.depth;
    SharedHost shared{host, fmt::format("looking at {} databases", patients.size()),
                      bytes_of_all(patients)};
    std::vector<DatabaseHealth> seen(patients.size());
    const auto files = files_of(patients);
    in_parallel(files.size() - 1, static_cast<std::size_t>(rules.jobs), [&](std::size_t file) {
        for (auto i = files[file]; i < files[file + 1]; ++i) {
            const auto mine = shared.for_one();
            auto health = Examining{patients[i], rules, mine}.run();
            if (!health) return false;
            seen[i] = *std::move(health);
        }
        return true;
    });
    shared.end();
    MUSTER_CHECK(shared.keep_going());
    report.databases = std::move(seen);
    add_up(report);
    report.elapsed = watch.lap();
    return report;
}

}  // namespace muster
