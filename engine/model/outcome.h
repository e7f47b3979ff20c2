// What one step did.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/model/database_digest.h"
#include "engine/model/fault.h"
#include "engine/model/finding.h"
#include "engine/model/manifest.h"
#include "engine/model/repair.h"
#include "engine/model/service_use.h"
#include "engine/model/trouble.h"

namespace muster {

/// bad: done, and what was checked is bad.
enum class Status { done, bad, failed, skipped };
template <>
struct Names<Status> {
    static constexpr std::array list{std::pair{Status::done, std::string_view{"done"}},
                                     std::pair{Status::bad, std::string_view{"bad"}},
                                     std::pair{Status::failed, std::string_view{"failed"}},
                                     std::pair{Status::skipped, std::string_view{"skipped"}}};
};

struct Phase {
    std::string name;
    Duration elapsed{};
    bool operator==(const Phase&) const = default;
};
template <>
struct Fields<Phase> {
    static constexpr std::string_view doc = "A part of a step and the time it took.";
    static constexpr auto list =
        FieldList{required("name", &Phase::name, "What was done."),
                  required("elapsed", &Phase::elapsed, "How long it took.")};
};

struct SnapshotTaken {
    std::string store;
    std::string key;
    std::string path;
    Manifest manifest;
    std::string told_by = {};
    bool operator==(const SnapshotTaken&) const = default;
};
template <>
struct Fields<SnapshotTaken> {
    static constexpr std::string_view doc = "A snapshot that was committed.";
    static constexpr auto list =
        FieldList{required("store", &SnapshotTaken::store, "Name of the store."),
                  required("key", &SnapshotTaken::key, "Place below the store."),
                  required("path", &SnapshotTaken::path, "The artifact."),
                  required("manifest", &SnapshotTaken::manifest, "Its manifest."),
                  optional("told_by", &SnapshotTaken::told_by,
                           "Place of the one since which it holds only what changed.")};
};

struct Proof {
    std::string store;
    std::string key;
    std::string path;
    Sha256 checksum;
    Depth depth = Depth::full;
    Time proven_at{};
    Time expires_at{};
    bool operator==(const Proof&) const = default;
};
template <>
struct Fields<Proof> {
    static constexpr std::string_view doc =
        "A snapshot was read back from its store, opened and passed depth full.";
    static constexpr auto list =
        FieldList{required("store", &Proof::store, "Name of the store."),
                  required("key", &Proof::key, "Place below the store."),
                  required("path", &Proof::path, "The artifact."),
                  required("checksum", &Proof::checksum, "SHA-256 as read back."),
                  required("depth", &Proof::depth, "How thoroughly."),
                  required("proven_at", &Proof::proven_at, "When (UTC)."),
                  required("expires_at", &Proof::expires_at, "A new one is due then (UTC).")};
};

struct Restored {
    std::string backup;
    std::string target;
    std::string safety_copy;
    std::string set_aside;
    bool rolled_back = false;
    bool operator==(const Restored&) const = default;
};
template <>
struct Fields<Restored> {
    static constexpr std::string_view doc = "A restore.";
    static constexpr auto list = FieldList{
        required("backup", &Restored::backup, "The artifact."),
        required("target", &Restored::target, "The database."),
        optional("safety_copy", &Restored::safety_copy,
                 "Snapshot of the database that was there before."),
        optional(
            "set_aside", &Restored::set_aside,
            "The former files themselves, where the safety copy does not hold all that they hold."),
        required("rolled_back", &Restored::rolled_back,
                 "The restore failed and the former state is back.")};
};

struct Compacted {
    std::string database;
    Bytes bytes_before;
    Bytes bytes_after;
    std::int64_t free_pages_before = 0;
    bool operator==(const Compacted&) const = default;
};
template <>
struct Fields<Compacted> {
    static constexpr std::string_view doc =
        "A compaction: all tables hold what they held, row numbers and all.";
    static constexpr auto list = FieldList{
        required("database", &Compacted::database, "The database."),
        required("bytes_before", &Compacted::bytes_before, "Its bytes, with those in its log."),
        required("bytes_after", &Compacted::bytes_after, "Its bytes without free pages."),
        required("free_pages_before", &Compacted::free_pages_before, "Pages that held nothing.")};
};

struct Mutation {
    std::string kind;
    std::string table;
    std::int64_t rows = 0;
    bool operator==(const Mutation&) const = default;
};
template <>
struct Fields<Mutation> {
    static constexpr std::string_view doc = "Damage done to the clone.";
    static constexpr auto list =
        FieldList{required("kind", &Mutation::kind, "insert, update, delete or schema."),
                  required("table", &Mutation::table, "Where."),
                  required("rows", &Mutation::rows, "Rows touched.")};
};

/// completed: everything held. failed: the hypothesis or a step did not. deviated: all steps held,
/// and the hypothesis does not hold any more. aborted: it could not be carried out. interrupted: it
/// was stopped. under_way: an act has begun.
enum class DrillStatus { completed, failed, deviated, aborted, interrupted, under_way };
template <>
struct Names<DrillStatus> {
    static constexpr std::array list{
        std::pair{DrillStatus::completed, std::string_view{"completed"}},
        std::pair{DrillStatus::failed, std::string_view{"failed"}},
        std::pair{DrillStatus::deviated, std::string_view{"deviated"}},
        std::pair{DrillStatus::aborted, std::string_view{"aborted"}},
        std::pair{DrillStatus::interrupted, std::string_view{"interrupted"}},
        std::pair{DrillStatus::under_way, std::string_view{"under_way"}}};
};

enum class DrillPart { before, step, after, rollback };
template <>
struct Names<DrillPart> {
    static constexpr std::array list{std::pair{DrillPart::before, std::string_view{"before"}},
                                     std::pair{DrillPart::step, std::string_view{"step"}},
                                     std::pair{DrillPart::after, std::string_view{"after"}},
                                     std::pair{DrillPart::rollback, std::string_view{"rollback"}}};
};

struct DrilledStep {
    DrillPart part = DrillPart::step;
    std::string name;
    std::string act;
    DrillStatus status = DrillStatus::completed;
    Duration elapsed{};
    std::string told;
    bool operator==(const DrilledStep&) const = default;
};
template <>
struct Fields<DrilledStep> {
    static constexpr std::string_view doc = "What one step of a rehearsal did.";
    static constexpr auto list = FieldList{
        required("part", &DrilledStep::part,
                 "before and after: of the hypothesis; step; or rollback."),
        required("name", &DrilledStep::name, "Its name."),
        required("act", &DrilledStep::act, "What it did: restore, check, http, …"),
        required(
            "status", &DrilledStep::status,
            "completed, failed (what must hold did not), aborted (it could not be done), interrupted, or in an event under_way."),
        required("elapsed", &DrilledStep::elapsed, "How long it took."),
        optional("told", &DrilledStep::told, "What was seen; why it did not hold.")};
};

struct NamedContent {
    std::string name;
    DatabaseDigest digest;
    bool operator==(const NamedContent&) const = default;
};
template <>
struct Fields<NamedContent> {
    static constexpr std::string_view doc = "What a database of a rehearsal held.";
    static constexpr auto list =
        FieldList{required("name", &NamedContent::name, "The database, and by which step."),
                  required("digest", &NamedContent::digest, "Its content.")};
};

struct Drilled {
    std::string drill;
    std::string scenario;
    DrillStatus status = DrillStatus::completed;
    bool passed = false;
    std::uint64_t seed = 0;
    std::string backup;
    std::optional<Time> backup_time;
    std::vector<DrilledStep> steps;
    std::vector<Mutation> mutations;
    std::vector<NamedContent> contents;
    std::vector<TableRows> rows;
    std::vector<FaultTrial> faults;
    std::optional<Duration> rto;
    Duration restore_took{};
    std::vector<Phase> recovery;
    Bytes restored_bytes;
    std::string sandbox;
    bool sandbox_removed = false;
    bool operator==(const Drilled&) const = default;
};
template <>
struct Fields<Drilled> {
    static constexpr std::string_view doc = "A rehearsal.";
    static constexpr auto list = FieldList{
        required("drill", &Drilled::drill, "Name in the policy."),
        required("scenario", &Drilled::scenario, "What was rehearsed."),
        required(
            "status", &Drilled::status,
            "completed, failed, deviated (the hypothesis does not hold after the steps), aborted (it could not be carried out), or interrupted."),
        required("passed", &Drilled::passed, "Completed, and every check held."),
        optional("seed", &Drilled::seed, "What chance was drawn from."),
        optional("backup", &Drilled::backup, "The snapshot that was restored from a store."),
        optional("backup_time", &Drilled::backup_time, "The time of its content (UTC)."),
        required("steps", &Drilled::steps, "What each step did."),
        required("mutations", &Drilled::mutations, "Damage done to databases of the sandbox."),
        required("contents", &Drilled::contents, "What databases held when they were compared."),
        optional("rows", &Drilled::rows,
                 "Rows of the restored database; what the next is held to."),
        optional("faults", &Drilled::faults, "Faults that were injected, and what caught them."),
        optional("rto", &Drilled::rto, "The objective."),
        required("restore_took", &Drilled::restore_took,
                 "All of recovery: what the objective is measured against."),
        required(
            "recovery", &Drilled::recovery,
            "Its parts: find, decode, verify, restore and start; of the last restore from a store, where the drill has one."),
        optional("restored_bytes", &Drilled::restored_bytes, "Length of the restored database."),
        required("sandbox", &Drilled::sandbox, "Where it was done."),
        required("sandbox_removed", &Drilled::sandbox_removed, "Nothing is left of it.")};
};

struct Outcome {
    std::string step;
    std::string kind;
    std::string target;
    Status status = Status::done;
    Time started_at{};
    Time finished_at{};
    std::optional<Trouble> trouble;
    Findings findings;
    std::vector<Phase> phases;
    std::optional<SnapshotTaken> snapshot;
    std::optional<Proof> proof;
    std::optional<Restored> restored;
    std::optional<ServiceHandled> service;
    std::optional<Compacted> compacted;
    std::optional<Repaired> repaired;
    std::optional<Drilled> drilled;
    std::string checked;
    Sha256 questions;
    std::string removed;
    bool operator==(const Outcome&) const = default;
};
template <>
struct Fields<Outcome> {
    static constexpr std::string_view doc = "What one step did.";
    static constexpr auto list = FieldList{
        required("step", &Outcome::step, "Id of the step."),
        required("kind", &Outcome::kind, "Kind of the step."),
        required("target", &Outcome::target, "The target it was for."),
        required(
            "status", &Outcome::status,
            "done; bad: done, and what was checked is bad; failed; skipped: the plan had it blocked, or a step it needs did not succeed."),
        required("started_at", &Outcome::started_at, "UTC."),
        required("finished_at", &Outcome::finished_at, "UTC."),
        optional("trouble", &Outcome::trouble, "Why it failed or was skipped."),
        required("findings", &Outcome::findings, "Every check with its verdict."),
        required("phases", &Outcome::phases, "Its parts and their times."),
        optional("snapshot", &Outcome::snapshot, "The snapshot that was committed."),
        optional("proof", &Outcome::proof, "The proof that was gained."),
        optional("restored", &Outcome::restored, "The restore."),
        optional("service", &Outcome::service, "What was done to the service of the target."),
        optional("compacted", &Outcome::compacted, "The compaction."),
        optional("repaired", &Outcome::repaired, "The repairs."),
        optional("drilled", &Outcome::drilled, "The rehearsal."),
        optional("checked", &Outcome::checked, "The artifact that was verified."),
        optional("questions", &Outcome::questions,
                 "SHA-256 of the policy's checks that were asked of it."),
        optional("removed", &Outcome::removed, "The artifact that was pruned.")};
};

using Outcomes = std::vector<Outcome>;

inline constexpr std::string_view need_not_met = "need_not_met";
/// Not begun, because it was unsafe when it was planned; its trouble says why.
inline bool was_blocked(const Outcome& outcome) {
    return outcome.status == Status::skipped && outcome.trouble &&
           outcome.trouble->code != need_not_met;
}

}  // namespace muster
