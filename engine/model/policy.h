// The policy: what an operator writes. Cross-key rules are in engine/codec/load_policy.cc.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/time.h"
#include "engine/model/expectation.h"
#include "engine/model/finding.h"

namespace muster {

/// The states of plan entries; --strict-plan refuses those that strictness.plan lists.
enum class Unclean { blocked, filtered, deferred, failed };
template <>
struct Names<Unclean> {
    static constexpr std::array list{std::pair{Unclean::blocked, std::string_view{"blocked"}},
                                     std::pair{Unclean::filtered, std::string_view{"filtered"}},
                                     std::pair{Unclean::deferred, std::string_view{"deferred"}},
                                     std::pair{Unclean::failed, std::string_view{"failed"}}};
};

struct Strictness {
    std::vector<Unclean> plan{Unclean::blocked, Unclean::filtered, Unclean::deferred,
                              Unclean::failed};
    bool operator==(const Strictness&) const = default;
};
template <>
struct Fields<Strictness> {
    static constexpr std::string_view doc = "What counts as a failure.";
    static constexpr auto list = std::tuple{
        optional("plan", &Strictness::plan, "What --strict-plan refuses; all four when left out.")};
};

struct StoreSpec {
    std::string local;
    std::string layout = "{target}/{target}-{timestamp}";
    bool operator==(const StoreSpec&) const = default;
};
template <>
struct Fields<StoreSpec> {
    static constexpr std::string_view doc = "A place where snapshots live.";
    static constexpr auto list = std::tuple{
        required("local", &StoreSpec::local, "A directory; relative to the policy file."),
        optional(
            "layout", &StoreSpec::layout,
            "Place of a snapshot below the directory, without the extension. Words: {target} {timestamp} {yyyy} {mm} {dd}; "
            "{target} and {timestamp} are needed.")};
};

struct Query {
    std::string sql;
    bool operator==(const Query&) const = default;
};
template <>
struct Fields<Query> {
    static constexpr std::string_view doc = "A number that the database itself tells.";
    static constexpr auto list =
        std::tuple{required("sql", &Query::sql, "A SELECT that yields one whole number.")};
};

struct SchemaVersionSpec {
    std::string sql = "PRAGMA user_version";
    std::optional<std::int64_t> supported;
    bool operator==(const SchemaVersionSpec&) const = default;
};
template <>
struct Fields<SchemaVersionSpec> {
    static constexpr std::string_view doc =
        "Where the schema version stands, and the newest one this policy's users can run.";
    static constexpr auto list = std::tuple{
        optional("sql", &SchemaVersionSpec::sql,
                 "A SELECT that yields one whole number; PRAGMA user_version when left out."),
        optional("supported", &SchemaVersionSpec::supported,
                 "A backup with a greater schema version is not restored.")};
};

struct CheckSpec {
    std::string name;
    std::string sql;
    Expectation expect;
    Severity severity = Severity::error;
    bool operator==(const CheckSpec&) const = default;
};
template <>
struct Fields<CheckSpec> {
    static constexpr std::string_view doc =
        "A question whose answer must hold in every snapshot and every restored copy.";
    static constexpr auto list = std::tuple{
        required("name", &CheckSpec::name, "Name in reports."),
        required("sql", &CheckSpec::sql,
                 "A SELECT that yields one value; it can read the database and nothing else."),
        required("expect", &CheckSpec::expect, "The value, or a comparison such as \">= 10000\"."),
        optional("severity", &CheckSpec::severity,
                 "error fails the verification, warning and info only report.")};
};

struct TargetSpec {
    std::string sqlite;
    std::optional<std::string> volume_id;
    std::optional<SchemaVersionSpec> schema_version;
    std::optional<Query> revision;
    std::optional<Duration> rpo;
    std::optional<Duration> rto;
    std::vector<CheckSpec> checks;
    bool operator==(const TargetSpec&) const = default;
};
template <>
struct Fields<TargetSpec> {
    static constexpr std::string_view doc = "Something under protection.";
    static constexpr auto list = std::tuple{
        required(
            "sqlite", &TargetSpec::sqlite,
            "Path of the database, relative to the policy file; with * or ? every match is a target of its own."),
        optional("volume_id", &TargetSpec::volume_id,
                 "Identity in manifests; the target's name when left out."),
        optional("schema_version", &TargetSpec::schema_version, "Where the schema version stands."),
        optional("revision", &TargetSpec::revision,
                 "A number that grows with the content; recorded in manifests."),
        optional("rpo", &TargetSpec::rpo,
                 "Recovery point objective: the newest proven snapshot is never older."),
        optional("rto", &TargetSpec::rto,
                 "Recovery time objective: a rehearsed restore, checks included, is never slower."),
        optional("checks", &TargetSpec::checks,
                 "Questions asked of every snapshot and every restored copy.")};
};

enum class Method { online };
template <>
struct Names<Method> {
    static constexpr std::array list{std::pair{Method::online, std::string_view{"online"}}};
};

struct SnapshotSpec {
    Method method = Method::online;
    std::optional<Duration> max_writer_pause;
    bool operator==(const SnapshotSpec&) const = default;
};
template <>
struct Fields<SnapshotSpec> {
    static constexpr std::string_view doc = "How a snapshot is taken.";
    static constexpr auto list = std::tuple{
        optional("method", &SnapshotSpec::method, "online: SQLite's backup API."),
        optional(
            "max_writer_pause", &SnapshotSpec::max_writer_pause,
            "The longest a writer may be kept waiting; without it the copy is made in one step. WAL databases never wait.")};
};

struct KeepSpec {
    std::optional<int> last;
    std::optional<int> daily;
    bool operator==(const KeepSpec&) const = default;
};
template <>
struct Fields<KeepSpec> {
    static constexpr std::string_view doc =
        "What survives pruning; a snapshot stays when any rule keeps it.";
    static constexpr auto list = std::tuple{
        optional("last", &KeepSpec::last, "The newest so many snapshots."),
        optional("daily", &KeepSpec::daily,
                 "The newest snapshot of each of the newest so many days (UTC) that have one.")};
};

struct ProtectSpec {
    std::vector<std::string> targets;
    std::vector<std::string> stores;
    SnapshotSpec snapshot;
    Depth verify = Depth::full;
    Duration proof_expires = std::chrono::days{7};
    std::optional<KeepSpec> keep;
    bool operator==(const ProtectSpec&) const = default;
};
template <>
struct Fields<ProtectSpec> {
    static constexpr std::string_view doc = "Which targets are protected where, and how.";
    static constexpr auto list = std::tuple{
        required("targets", &ProtectSpec::targets, "Names from targets."),
        required("stores", &ProtectSpec::stores, "Names from stores; each gets a copy."),
        optional("snapshot", &ProtectSpec::snapshot, "How a snapshot is taken."),
        optional("verify", &ProtectSpec::verify, "Depth of verification; only full gives a proof."),
        optional("proof_expires", &ProtectSpec::proof_expires, "How long a proof counts."),
        optional("keep", &ProtectSpec::keep, "What survives pruning; everything when left out.")};
};

enum class Scenario { restore_smoke };
template <>
struct Names<Scenario> {
    static constexpr std::array list{
        std::pair{Scenario::restore_smoke, std::string_view{"restore-smoke"}}};
};

struct DrillSpec {
    Scenario scenario = Scenario::restore_smoke;
    std::vector<std::string> targets;
    bool operator==(const DrillSpec&) const = default;
};
template <>
struct Fields<DrillSpec> {
    static constexpr std::string_view doc =
        "A rehearsal in a sandbox; production is never written.";
    static constexpr auto list =
        std::tuple{required("scenario", &DrillSpec::scenario,
                            "restore-smoke: clone, snapshot, damage the clone, restore, compare."),
                   required("targets", &DrillSpec::targets, "Names from targets.")};
};

struct HandoffSpec {
    std::optional<std::string> markdown;
    bool operator==(const HandoffSpec&) const = default;
};
template <>
struct Fields<HandoffSpec> {
    static constexpr std::string_view doc = "The report for whoever takes over.";
    static constexpr auto list =
        std::tuple{optional("markdown", &HandoffSpec::markdown,
                            "File to write after every apply; relative to the policy file.")};
};

struct ReportsSpec {
    HandoffSpec handoff;
    bool operator==(const ReportsSpec&) const = default;
};
template <>
struct Fields<ReportsSpec> {
    static constexpr std::string_view doc = "Reports written after every apply.";
    static constexpr auto list = std::tuple{
        optional("handoff", &ReportsSpec::handoff, "The report for whoever takes over.")};
};

struct AuditSpec {
    std::optional<std::string> state;
    bool operator==(const AuditSpec&) const = default;
};
template <>
struct Fields<AuditSpec> {
    static constexpr std::string_view doc = "Where evidence is kept.";
    static constexpr auto list = std::tuple{
        optional("state", &AuditSpec::state,
                 "State directory with journals and records; relative to the policy file.")};
};

struct Policy {
    int muster = 1;
    std::string name;
    std::optional<std::string> owner;
    Strictness strictness;
    std::map<std::string, StoreSpec> stores;
    std::map<std::string, TargetSpec> targets;
    std::map<std::string, ProtectSpec> protect;
    std::map<std::string, DrillSpec> drills;
    ReportsSpec reports;
    AuditSpec audit;
    bool operator==(const Policy&) const = default;
};
template <>
struct Fields<Policy> {
    static constexpr std::string_view doc = "A muster policy.";
    static constexpr auto list = std::tuple{
        required("muster", &Policy::muster, "Version of the policy language: 1."),
        required("name", &Policy::name, "Name of the policy in plans, records and reports."),
        optional("owner", &Policy::owner, "Who answers for it."),
        optional("strictness", &Policy::strictness, "What counts as a failure."),
        required("stores", &Policy::stores, "Places where snapshots live, by name."),
        required("targets", &Policy::targets, "What is protected, by name."),
        required("protect", &Policy::protect, "Which targets are protected where, and how."),
        optional("drills", &Policy::drills, "Rehearsals."),
        optional("reports", &Policy::reports, "Reports written after every apply."),
        optional("audit", &Policy::audit, "Where evidence is kept.")};
};

}  // namespace muster
