// One piece of work of a plan. It carries all that carrying it out needs: execute reads no policy.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/base/digest.h"
#include "engine/base/rare.h"
#include "engine/model/bucket.h"
#include "engine/model/database_digest.h"
#include "engine/model/key_place.h"
#include "engine/model/policy.h"
#include "engine/model/reason.h"
#include "engine/model/repair.h"
#include "engine/model/service_use.h"

namespace muster {

/// Where one snapshot goes. `layout` may still hold words: {timestamp} is filled in when it is
/// taken.
struct Place {
    std::string store;
    std::string root;
    std::string layout;
    bool replace = false;
    bool whole_name = false;
    bool operator==(const Place&) const = default;
};
template <>
struct Fields<Place> {
    static constexpr std::string_view doc = "Where a snapshot goes.";
    static constexpr auto list = FieldList{
        required("store", &Place::store, "Name of the store."),
        required("root", &Place::root, "Directory or address of the store."),
        required(
            "layout", &Place::layout,
            "Place below it, without the extension; {timestamp} and dates are filled in when it is taken."),
        optional("replace", &Place::replace, "An artifact of that name is replaced."),
        optional("whole_name", &Place::whole_name, "No extension is added to the layout.")};
};

/// The snapshot that the next one is told by.
struct Former {
    DeltaKind kind = DeltaKind::incr;
    std::string key;
    Sha256 checksum;
    std::vector<KeyPlace> keys;
    bool operator==(const Former&) const = default;
};
template <>
struct Fields<Former> {
    static constexpr std::string_view doc =
        "The snapshot in the same store that the new one is told by.";
    static constexpr auto list =
        FieldList{required("kind", &Former::kind, "diff: the last full one; incr: the last one."),
                  required("key", &Former::key, "Its place below the store."),
                  required("checksum", &Former::checksum, "The artifact that is meant."),
                  optional("keys", &Former::keys, "Where the keys lie that may open it.")};
};

struct SnapshotStep {
    std::string source;
    std::string volume_id;
    std::string volume_name;
    std::string schema_version_sql;
    std::string revision_sql;
    std::optional<Duration> max_writer_pause;
    Method method = Method::online;
    Compression compress = Compression::none;
    std::optional<KeyPlace> encrypt;
    bool checksum_file = false;
    bool may_be_empty = false;
    Place place;
    bool track_pages = false;
    Rare<Former> former = {};
    bool operator==(const SnapshotStep&) const = default;
};
template <>
struct Kind<SnapshotStep> {
    static constexpr std::string_view name = "snapshot";
};
template <>
struct Fields<SnapshotStep> {
    static constexpr std::string_view doc =
        "Take a consistent copy and commit it with its manifest.";
    static constexpr auto list = FieldList{
        required("source", &SnapshotStep::source, "The database."),
        required("volume_id", &SnapshotStep::volume_id, "Identity in the manifest."),
        required("volume_name", &SnapshotStep::volume_name, "Name in the manifest."),
        required("schema_version_sql", &SnapshotStep::schema_version_sql,
                 "Where the schema version stands."),
        optional("revision_sql", &SnapshotStep::revision_sql,
                 "Where the revision stands; left out for none."),
        optional("max_writer_pause", &SnapshotStep::max_writer_pause,
                 "The longest a writer may be kept waiting."),
        optional("method", &SnapshotStep::method, "online or vacuum."),
        optional("compress", &SnapshotStep::compress, "none, gzip or zstd."),
        optional("encrypt", &SnapshotStep::encrypt, "Where the key lies."),
        optional("checksum_file", &SnapshotStep::checksum_file, "Write a .sha256 file too."),
        optional("may_be_empty", &SnapshotStep::may_be_empty, "A file of 0 bytes is taken too."),
        required("place", &SnapshotStep::place, "Where it goes."),
        optional("track_pages", &SnapshotStep::track_pages,
                 "Digests of its pages are kept, so that the next one can hold only what changes."),
        optional(
            "former", &SnapshotStep::former,
            "Only what changed since this one is stored; where that one proves unusable, all of it.")};
};

/// Reads a snapshot back: the one that step `taken_by` took, or an older one named by its key.
struct VerifyStep {
    std::string store;
    std::string root;
    std::string taken_by;
    std::string key;
    Depth depth = Depth::full;
    Duration proof_expires{};
    std::vector<KeyPlace> keys;
    std::optional<std::int64_t> supported_schema;
    std::vector<CheckSpec> checks;
    bool alone = false;
    bool operator==(const VerifyStep&) const = default;
};
template <>
struct Kind<VerifyStep> {
    static constexpr std::string_view name = "verify";
};
template <>
struct Fields<VerifyStep> {
    static constexpr std::string_view doc =
        "Read a snapshot back from its store and check it; depth full gives a proof.";
    static constexpr auto list = FieldList{
        required("store", &VerifyStep::store, "Name of the store."),
        required("root", &VerifyStep::root, "Directory of the store."),
        optional("taken_by", &VerifyStep::taken_by, "The step whose snapshot is meant."),
        optional("key", &VerifyStep::key, "Place of an older snapshot below the store."),
        required("depth", &VerifyStep::depth, "How thoroughly."),
        required("proof_expires", &VerifyStep::proof_expires, "How long the proof counts."),
        optional("keys", &VerifyStep::keys, "Where the keys lie that may open it."),
        optional("supported_schema", &VerifyStep::supported_schema,
                 "A greater schema version is bad."),
        required("checks", &VerifyStep::checks, "The policy's questions."),
        optional(
            "alone", &VerifyStep::alone,
            "Only its own bytes are read: each snapshot that it is told by has its own turn.")};
};

struct PruneStep {
    std::string source;
    std::string store;
    std::string root;
    std::string key;
    Sha256 checksum;
    bool operator==(const PruneStep&) const = default;
};
template <>
struct Kind<PruneStep> {
    static constexpr std::string_view name = "prune";
};
template <>
struct Fields<PruneStep> {
    static constexpr std::string_view doc = "Remove one snapshot that no rule keeps.";
    static constexpr auto list =
        FieldList{required("source", &PruneStep::source, "The database it is a snapshot of."),
                  required("store", &PruneStep::store, "Name of the store."),
                  required("root", &PruneStep::root, "Directory of the store."),
                  required("key", &PruneStep::key, "Place of the snapshot below it."),
                  required("checksum", &PruneStep::checksum,
                           "The artifact that is meant; another one under the same name stays.")};
};

/// What the next rehearsal is held to.
struct RowsBaseline {
    Time at{};
    std::vector<TableRows> tables;
    RowsSpec rules;
    bool operator==(const RowsBaseline&) const = default;
};
template <>
struct Fields<RowsBaseline> {
    static constexpr std::string_view doc = "The rows that a rehearsal is held to.";
    static constexpr auto list = FieldList{
        required("at", &RowsBaseline::at, "Time of the content that they were counted in (UTC)."),
        required("tables", &RowsBaseline::tables, "Its tables; none: there was no rehearsal yet."),
        required("rules", &RowsBaseline::rules, "How far they may change.")};
};

/// The snapshot that a rehearsal restores, or where it is found.
struct DrillBackup {
    std::string path;
    std::string taken_by;
    std::vector<KeyPlace> keys;
    std::optional<Time> before;
    bool operator==(const DrillBackup&) const = default;
};
template <>
struct Fields<DrillBackup> {
    static constexpr std::string_view doc = "The snapshot that is restored.";
    static constexpr auto list = FieldList{
        optional("path", &DrillBackup::path, "The artifact."),
        optional("taken_by", &DrillBackup::taken_by, "The step whose snapshot is meant instead."),
        optional("keys", &DrillBackup::keys, "Where the keys lie that may open it."),
        optional("before", &DrillBackup::before, "It must have been taken before (UTC).")};
};

/// What a policy gives a scenario, or the scenario itself.
struct DrillWork : ScenarioParts {
    std::map<std::string, std::string> with;
    std::string folder;
    bool operator==(const DrillWork&) const = default;
};
template <>
struct Fields<DrillWork> {
    static constexpr std::string_view doc = "What a policy gives a scenario, or is one.";
    static constexpr auto list = join_fields(
        FieldList{optional("with", &DrillWork::with, "Words."),
                  required("folder", &DrillWork::folder, "Where its programs are run.")},
        Fields<ScenarioParts>::list);
};

struct DrillStep {
    std::string drill;
    std::optional<Scenario> scenario;
    std::string source;
    std::string volume_id;
    std::optional<Duration> rto;
    std::optional<Duration> rpo;
    bool may_be_empty = false;
    std::vector<CheckSpec> checks;
    Rare<DrillBackup> backup = {};
    std::optional<std::int64_t> supported_schema = {};
    std::string schema_version_sql = {};
    std::string revision_sql = {};
    std::uint64_t seed = 0;
    Duration within = std::chrono::hours{6};
    Rare<RowsBaseline> rows = {};
    Rare<DrillWork> work = {};
    bool operator==(const DrillStep&) const = default;
};
template <>
struct Kind<DrillStep> {
    static constexpr std::string_view name = "drill";
};
template <>
struct Fields<DrillStep> {
    static constexpr std::string_view doc = "Rehearse in a sandbox.";
    static constexpr auto list = FieldList{
        required("drill", &DrillStep::drill, "Name of the drill in the policy."),
        optional("scenario", &DrillStep::scenario,
                 "What is rehearsed; left out for a scenario of the policy's own."),
        optional("source", &DrillStep::source,
                 "The database; it is read, never written. Left out where the drill has none."),
        optional("volume_id", &DrillStep::volume_id,
                 "Identity that the snapshot must have; left out where it is not known."),
        optional("rto", &DrillStep::rto, "The objective the restore is measured against."),
        optional("rpo", &DrillStep::rpo,
                 "The objective that the age of the latest snapshot is measured against."),
        optional("may_be_empty", &DrillStep::may_be_empty, "A file of 0 bytes is taken too."),
        required("checks", &DrillStep::checks,
                 "The policy's questions, asked of the restored copy."),
        optional("backup", &DrillStep::backup,
                 "The snapshot that is restored; left out where the drill takes its own."),
        optional("supported_schema", &DrillStep::supported_schema,
                 "A greater schema version is bad."),
        optional("schema_version_sql", &DrillStep::schema_version_sql,
                 "Where the schema version stands; left out where there is no backup."),
        optional("revision_sql", &DrillStep::revision_sql,
                 "Where the revision stands; left out for none."),
        optional("seed", &DrillStep::seed,
                 "What chance is drawn from, so that it can be drawn again."),
        optional("within", &DrillStep::within, "The longest it may take."),
        optional("rows", &DrillStep::rows, "The rows that it is held to."),
        optional("work", &DrillStep::work,
                 "What the policy gives the scenario, or the policy's own scenario.")};
};

struct RestoreStep {
    std::string backup;
    std::string target;
    bool force = false;
    bool verify = true;
    bool in_place = false;
    std::string safety_dir;
    std::string safety_suffix = "pre-restore-{timestamp}.sqlite3";
    std::vector<KeyPlace> keys;
    std::optional<std::int64_t> supported_schema;
    std::vector<CheckSpec> checks;
    Rare<ServiceUse> service;
    bool operator==(const RestoreStep&) const = default;
};
template <>
struct Kind<RestoreStep> {
    static constexpr std::string_view name = "restore";
};
template <>
struct Fields<RestoreStep> {
    static constexpr std::string_view doc =
        "Put a backup in the place of a database, with a way back.";
    static constexpr auto list = FieldList{
        required("backup", &RestoreStep::backup, "The artifact."),
        required("target", &RestoreStep::target, "The database to be."),
        required("force", &RestoreStep::force, "An existing database, or a live one, is replaced."),
        required("verify", &RestoreStep::verify,
                 "Look into the backup before, and at the result after."),
        optional("in_place", &RestoreStep::in_place,
                 "Write the pages into the existing file, for processes that have it open."),
        optional("safety_dir", &RestoreStep::safety_dir,
                 "Where the snapshot of the existing database goes; beside it when left out."),
        optional(
            "safety_suffix", &RestoreStep::safety_suffix,
            "Its name is the target's, a dot and this; {timestamp} and {epoch} are filled in."),
        optional("keys", &RestoreStep::keys, "Where the keys lie that may open the backup."),
        optional("supported_schema", &RestoreStep::supported_schema,
                 "A greater schema version is refused."),
        optional("checks", &RestoreStep::checks,
                 "Questions asked of the result; a failing one rolls the restore back."),
        optional("service", &RestoreStep::service,
                 "Stopped before the database is touched, started when it is whole again.")};
};

struct CompactStep {
    std::string source;
    CompactSpec rules;
    bool operator==(const CompactStep&) const = default;
};
template <>
struct Kind<CompactStep> {
    static constexpr std::string_view name = "compact";
};
template <>
struct Fields<CompactStep> {
    static constexpr std::string_view doc = "Give the free pages of a database back.";
    static constexpr auto list =
        FieldList{required("source", &CompactStep::source, "The database."),
                  required("rules", &CompactStep::rules, "When it is worth it.")};
};

struct RepairStep {
    std::string source;
    std::vector<CheckSpec> checks;
    std::vector<Repair> rehearsed;
    bool operator==(const RepairStep&) const = default;
};
template <>
struct Kind<RepairStep> {
    static constexpr std::string_view name = "repair";
};
template <>
struct Fields<RepairStep> {
    static constexpr std::string_view doc =
        "Run the safe repairs of failed checks, in one transaction, with a snapshot before.";
    static constexpr auto list =
        FieldList{required("source", &RepairStep::source, "The database."),
                  required("checks", &RepairStep::checks,
                           "The policy's checks that SQL asks: what fails and has a safe repair is "
                           "repaired, and none that holds may fail then."),
                  required("rehearsed", &RepairStep::rehearsed,
                           "What they did on a copy when the plan was made; where they would do "
                           "something else by now, the plan is stale.")};
};

using Action = std::variant<SnapshotStep, VerifyStep, PruneStep, CompactStep, RepairStep, DrillStep,
                            RestoreStep>;

inline std::string_view kind_of(const Action& action) {
    return std::visit([](const auto& step) { return Kind<std::decay_t<decltype(step)>>::name; },
                      action);
}

/// The names of all kinds of steps.
template <class... Steps>
std::vector<std::string_view> kinds_of(const std::variant<Steps...>*) {
    return {Kind<Steps>::name...};
}

struct Step {
    std::string id;
    std::string job;
    std::string target;
    Bucket bucket = Bucket::planned;
    Reason reason;
    std::vector<std::string> needs;
    Bytes bytes;
    Action action;
    bool operator==(const Step&) const = default;
};
template <>
struct Fields<Step> {
    static constexpr std::string_view doc = "One piece of work.";
    static constexpr auto list = FieldList{
        required("id", &Step::id, "Unique in the plan."),
        optional("job", &Step::job,
                 "The entry of the policy that asks for it, such as protect.finance."),
        required("target", &Step::target, "The target it is for; empty for a drill without one."),
        required(
            "bucket", &Step::bucket,
            "planned, blocked (unsafe now), filtered (below a threshold), deferred (over a limit)."),
        required("reason", &Step::reason, "Why it stands there."),
        required("needs", &Step::needs,
                 "Steps that must have succeeded before; otherwise it is skipped."),
        required("bytes", &Step::bytes, "Bytes it writes, or frees."),
        required("action", &Step::action, "What is done.")};
};

}  // namespace muster
