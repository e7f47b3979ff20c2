// How databases are: the document of `muster doctor`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/model/finding.h"
#include "engine/model/policy/maintain_spec.h"
#include "engine/model/repair.h"

namespace muster {

/// Whether its safe repairs may be made.
enum class RepairPosture { none, safe, unsafe };
template <>
struct Names<RepairPosture> {
    static constexpr std::array list{std::pair{RepairPosture::none, std::string_view{"none"}},
                                     std::pair{RepairPosture::safe, std::string_view{"safe"}},
                                     std::pair{RepairPosture::unsafe, std::string_view{"unsafe"}}};
};

/// How much a database has grown since somebody looked before.
struct Growth {
    Time since{};
    std::int64_t bytes = 0;
    bool operator==(const Growth&) const = default;
};
template <>
struct Fields<Growth> {
    static constexpr std::string_view doc = "How much it has grown.";
    static constexpr auto list = FieldList{
        required("since", &Growth::since, "When doctor looked before (UTC)."),
        required("bytes", &Growth::bytes, "Bytes of its pages more than then; negative: less.")};
};

/// The newest snapshot of a target, by what its stores and the records tell.
struct NewestBackup {
    std::string store;
    Time created_at{};
    Duration age{};
    std::optional<Time> proven_at;
    bool operator==(const NewestBackup&) const = default;
};
template <>
struct Fields<NewestBackup> {
    static constexpr std::string_view doc = "The newest complete snapshot.";
    static constexpr auto list = FieldList{
        required("store", &NewestBackup::store, "Where it lies."),
        required("created_at", &NewestBackup::created_at, "What it holds is of then (UTC)."),
        required("age", &NewestBackup::age, "How long ago that was."),
        optional("proven_at", &NewestBackup::proven_at,
                 "When it was read back and passed depth full (UTC).")};
};

/// One database as it was at one moment: a consistent copy of it was looked at.
struct DatabaseHealth {
    std::string path;
    std::string target;
    Verdict verdict = Verdict::good;
    Bytes bytes;
    Bytes wal_bytes;
    std::optional<Bytes> checkpoint_lag;
    std::optional<std::string> journal_mode;
    std::optional<std::int64_t> page_size;
    std::optional<std::int64_t> pages;
    std::optional<std::int64_t> free_pages;
    std::optional<double> free_ratio;
    Bytes reclaimable;
    std::optional<Bytes> unused_in_pages;
    std::optional<std::string> auto_vacuum;
    std::optional<std::string> encoding;
    std::optional<std::int64_t> application_id;
    std::optional<std::int64_t> user_version;
    std::optional<std::int64_t> schema_version;
    std::optional<Growth> growth;
    std::optional<NewestBackup> backup;
    RepairPosture posture = RepairPosture::none;
    std::optional<RepairOutlook> repair;
    Duration elapsed{};
    Findings findings;
    bool operator==(const DatabaseHealth&) const = default;
};
template <>
struct Fields<DatabaseHealth> {
    static constexpr std::string_view doc = "One database, as a consistent copy of it was.";
    static constexpr auto list = FieldList{
        required("path", &DatabaseHealth::path, "The database, links followed."),
        optional("target", &DatabaseHealth::target, "Id of the target, where a policy names it."),
        required("verdict", &DatabaseHealth::verdict,
                 "bad: something with weight error is; unchecked: something with that weight could "
                 "not be looked at; otherwise good."),
        required("bytes", &DatabaseHealth::bytes, "Length of the main file."),
        required("wal_bytes", &DatabaseHealth::wal_bytes, "Length of its log; 0 without one."),
        optional(
            "checkpoint_lag", &DatabaseHealth::checkpoint_lag,
            "Bytes of pages in the log that no checkpoint has folded in; left out where nobody "
            "uses it."),
        optional("journal_mode", &DatabaseHealth::journal_mode, "rollback or wal."),
        optional("page_size", &DatabaseHealth::page_size, "Bytes of a page."),
        optional("pages", &DatabaseHealth::pages, "With those that are only in the log so far."),
        optional("free_pages", &DatabaseHealth::free_pages, "Pages that hold nothing."),
        optional("free_ratio", &DatabaseHealth::free_ratio, "The part that they are of all."),
        required("reclaimable", &DatabaseHealth::reclaimable,
                 "What a VACUUM gives back for certain: the free pages."),
        optional("unused_in_pages", &DatabaseHealth::unused_in_pages,
                 "Bytes inside used pages that hold nothing; only at depth full or deep."),
        optional("auto_vacuum", &DatabaseHealth::auto_vacuum, "none, full or incremental."),
        optional("encoding", &DatabaseHealth::encoding, "Of its texts."),
        optional("application_id", &DatabaseHealth::application_id, "PRAGMA application_id."),
        optional("user_version", &DatabaseHealth::user_version, "PRAGMA user_version."),
        optional("schema_version", &DatabaseHealth::schema_version,
                 "As the policy's schema_version asks for it."),
        optional("growth", &DatabaseHealth::growth,
                 "Since doctor looked before; left out the first time."),
        optional("backup", &DatabaseHealth::backup,
                 "Its newest snapshot; only with a policy, and left out where there is none."),
        required("posture", &DatabaseHealth::posture,
                 "none: no check with a safe repair fails; safe: repair-safe would repair it; "
                 "unsafe: something else is wrong too, or the repair would not help."),
        optional("repair", &DatabaseHealth::repair,
                 "What the safe repairs would do; left out where there is nothing to repair."),
        required("elapsed", &DatabaseHealth::elapsed, "Time that the look took."),
        required("findings", &DatabaseHealth::findings, "Every check with its verdict.")};
};

struct HealthSummary {
    int databases = 0;
    int healthy = 0;
    int ill = 0;
    int unchecked = 0;
    int warned = 0;
    int repair_safe = 0;
    int repair_unsafe = 0;
    Bytes bytes;
    Bytes reclaimable;
    bool operator==(const HealthSummary&) const = default;
};
template <>
struct Fields<HealthSummary> {
    static constexpr std::string_view doc = "All databases, added up.";
    static constexpr auto list = FieldList{
        required("databases", &HealthSummary::databases, "Databases that were looked at."),
        required("healthy", &HealthSummary::healthy, "Those whose verdict is good."),
        required("ill", &HealthSummary::ill, "Those whose verdict is bad."),
        required("unchecked", &HealthSummary::unchecked, "Those that could not be looked at."),
        required("warned", &HealthSummary::warned, "Healthy ones with a warning."),
        required("repair_safe", &HealthSummary::repair_safe,
                 "Those that repair-safe would repair."),
        required("repair_unsafe", &HealthSummary::repair_unsafe,
                 "Those with a failing check that it would leave to a person."),
        required("bytes", &HealthSummary::bytes, "Bytes of all, with their logs."),
        required("reclaimable", &HealthSummary::reclaimable,
                 "What a VACUUM of each would give back.")};
};

struct HealthReport {
    Time at{};
    Depth depth = Depth::full;
    HealthSummary summary;
    Duration elapsed{};
    std::vector<std::string> candidates;
    Findings findings;
    std::vector<std::string> notes;
    std::vector<DatabaseHealth> databases;
    bool operator==(const HealthReport&) const = default;
};
template <>
struct Fields<HealthReport> {
    static constexpr std::string_view doc = "How databases are.";
    static constexpr auto list =
        FieldList{required("at", &HealthReport::at, "When the look began (UTC)."),
                  required("depth", &HealthReport::depth, "How thoroughly."),
                  required("summary", &HealthReport::summary, "All databases, added up."),
                  required("elapsed", &HealthReport::elapsed, "From the first to the last."),
                  required("candidates", &HealthReport::candidates,
                           "Databases that are worth a VACUUM, the most reclaimable bytes first."),
                  required("findings", &HealthReport::findings,
                           "About backups, proofs, drills and stores, where a policy was named."),
                  required("notes", &HealthReport::notes, "What was passed over, and why."),
                  required("databases", &HealthReport::databases, "Each of them, by path.")};
};

}  // namespace muster
