// What is under protection.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/model/policy/check_spec.h"
#include "engine/model/policy/probe_spec.h"

namespace muster {

struct Query {
    std::string sql;
    bool operator==(const Query&) const = default;
};
template <>
struct Fields<Query> {
    static constexpr std::string_view doc = "A number that the database itself tells.";
    static constexpr auto list =
        FieldList{required("sql", &Query::sql, "A SELECT that yields one whole number.")};
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
    static constexpr auto list = FieldList{
        optional("sql", &SchemaVersionSpec::sql,
                 "A SELECT that yields one whole number; PRAGMA user_version when left out."),
        optional("supported", &SchemaVersionSpec::supported,
                 "A backup with a greater schema version is not restored.")};
};

struct RecordCount {
    std::string json;
    std::string pointer;
    bool operator==(const RecordCount&) const = default;
};
template <>
struct Fields<RecordCount> {
    static constexpr std::string_view doc = "Where a data directory says how many records it has.";
    static constexpr auto list =
        FieldList{required("json", &RecordCount::json, "A JSON file in the directory."),
                  required("pointer", &RecordCount::pointer, "JSON pointer to the number in it.")};
};

/// What `defaults.targets` may give for every target.
struct TargetOptions {
    std::optional<Duration> rpo;
    std::optional<Duration> rto;
    bool operator==(const TargetOptions&) const = default;
};
template <>
struct Fields<TargetOptions> {
    static constexpr std::string_view doc =
        "What holds for every target that does not say otherwise.";
    static constexpr auto list = FieldList{
        optional("rpo", &TargetOptions::rpo,
                 "Recovery point objective: the newest proven snapshot is never older."),
        optional(
            "rto", &TargetOptions::rto,
            "Recovery time objective: a rehearsed restore, checks included, is never slower.")};
};

struct TargetSpec : TargetOptions {
    std::string sqlite;
    std::string directory;
    std::optional<std::string> volume_id;
    std::optional<SchemaVersionSpec> schema_version;
    std::optional<Query> revision;
    bool may_be_empty = false;
    std::vector<CheckSpec> checks;
    std::map<std::string, std::string> parts;
    std::optional<RecordCount> records;
    std::optional<ServiceSpec> service;
    bool operator==(const TargetSpec&) const = default;

    /// Where it lies, as written.
    const std::string& path() const { return sqlite.empty() ? directory : sqlite; }
};
template <>
struct Fields<TargetSpec> {
    static constexpr std::string_view doc = "Something under protection.";
    static constexpr std::array one_of{std::string_view{"sqlite"}, std::string_view{"directory"}};
    static constexpr auto list = join_fields(
        FieldList{
            optional(
                "sqlite", &TargetSpec::sqlite,
                "Path of a database, relative to the policy file; with * or ? every match is a target of its own."),
            optional("directory", &TargetSpec::directory,
                     "Path of a service's data directory, relative to the policy file."),
            optional("volume_id", &TargetSpec::volume_id,
                     "Identity in manifests; the target's name when left out."),
            optional("schema_version", &TargetSpec::schema_version,
                     "Where the schema version stands."),
            optional("revision", &TargetSpec::revision,
                     "A number that grows with the content; recorded in manifests."),
            optional(
                "may_be_empty", &TargetSpec::may_be_empty,
                "A database of 0 bytes is backed up as an empty one, and not refused as one that was lost.")},
        Fields<TargetOptions>::list,
        FieldList{
            optional("checks", &TargetSpec::checks,
                     "Questions asked of every snapshot and every restored copy."),
            optional("parts", &TargetSpec::parts,
                     "Parts of a directory that can be restored alone, by name: paths in it."),
            optional("records", &TargetSpec::records,
                     "Where a directory says how many records it has."),
            optional(
                "service", &TargetSpec::service,
                "The service that works on it: a restore by this policy stops and starts it.")});
};

enum class TargetKind { sqlite, directory };
template <>
struct Names<TargetKind> {
    static constexpr std::array list{
        std::pair{TargetKind::sqlite, std::string_view{"sqlite"}},
        std::pair{TargetKind::directory, std::string_view{"directory"}}};
};

/// Names without / are keys of `targets`; with / they are matches of a target's glob.
struct TargetSelector {
    std::vector<std::string> names;
    std::optional<TargetKind> kind;
    std::vector<std::string> except;
    bool operator==(const TargetSelector&) const = default;
};
template <>
struct Fields<TargetSelector> {
    static constexpr std::string_view doc =
        "Which targets are meant: a list of names, or a mapping whose keys all must fit.";
    static constexpr std::string_view shorthand = "names";
    static constexpr auto list = FieldList{
        optional(
            "names", &TargetSelector::names,
            "Names from targets, * and ? allowed; tenants/acme is one match of a glob; all when left out."),
        optional("kind", &TargetSelector::kind, "Only databases, or only directories."),
        optional("except", &TargetSelector::except, "Names that are left out, * and ? allowed.")};
};

}  // namespace muster
