// One audit document: what a run was asked, did, found and left. Documented in
// docs/formats/record.md.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/model/bucket.h"
#include "engine/model/cared.h"
#include "engine/model/other_backup.h"
#include "engine/model/standing.h"

namespace muster {

struct Operator {
    std::int64_t uid = 0;
    std::string login;
    std::string claimed;
    std::string host;
    bool operator==(const Operator&) const = default;
};
template <>
struct Fields<Operator> {
    static constexpr std::string_view doc = "Who ran it.";
    static constexpr auto list =
        FieldList{required("uid", &Operator::uid, "Effective user id."),
                  required("login", &Operator::login, "Name of that user id."),
                  optional("claimed", &Operator::claimed,
                           "What the environment's MUSTER_OPERATOR claims; not verified."),
                  required("host", &Operator::host, "Name of the machine.")};
};

enum class RunStatus { completed, partial, failed, interrupted, died };
template <>
struct Names<RunStatus> {
    static constexpr std::array list{
        std::pair{RunStatus::completed, std::string_view{"completed"}},
        std::pair{RunStatus::partial, std::string_view{"partial"}},
        std::pair{RunStatus::failed, std::string_view{"failed"}},
        std::pair{RunStatus::interrupted, std::string_view{"interrupted"}},
        std::pair{RunStatus::died, std::string_view{"died"}}};
};

struct PopulationRef {
    Sha256 sha256;
    int count = 0;
    std::vector<std::string> added;
    std::vector<std::string> removed;
    bool operator==(const PopulationRef&) const = default;
};
template <>
struct Fields<PopulationRef> {
    static constexpr std::string_view doc =
        "The population by hash, and how it differs from the record before.";
    static constexpr auto list = FieldList{
        required("sha256", &PopulationRef::sha256,
                 "Names the file populations/<sha256>.json beside the records."),
        required("count", &PopulationRef::count, "Targets in scope."),
        required("added", &PopulationRef::added,
                 "Targets that the record before of the same policy does not have."),
        required("removed", &PopulationRef::removed, "Targets that only the record before has.")};
};

/// A run's facts that are known before its work begins.
struct RunHead {
    std::string run;
    std::vector<std::string> command;
    Operator by;
    std::string tool_version;
    std::string policy_name;
    std::string policy_path;
    std::optional<Sha256> policy_hash;
    std::optional<Sha256> plan_serial;
    std::optional<Sha256> plan_sha256;
    Time started_at{};
    bool operator==(const RunHead&) const = default;
};
template <>
struct Fields<RunHead> {
    static constexpr std::string_view doc = "What is known of a run before its work begins.";
    static constexpr auto list = FieldList{
        required("run", &RunHead::run, "Id of the run."),
        required("command", &RunHead::command, "The command line."),
        required("by", &RunHead::by, "Who ran it."),
        required("tool_version", &RunHead::tool_version, "Version of muster."),
        required("policy_name", &RunHead::policy_name,
                 "Name of the policy; of the command where there is no policy."),
        optional("policy_path", &RunHead::policy_path, "The policy file."),
        optional("policy_hash", &RunHead::policy_hash, "SHA-256 of the policy's meaning."),
        optional("plan_serial", &RunHead::plan_serial, "Serial of the plan that was carried out."),
        optional("plan_sha256", &RunHead::plan_sha256,
                 "SHA-256 of the plan file, where one was applied; a plan is used once."),
        required("started_at", &RunHead::started_at, "UTC.")};
};

struct Record {
    std::int64_t sequence = 0;
    std::optional<Sha256> previous;
    RunHead head;
    Time finished_at{};
    RunStatus status = RunStatus::completed;
    int exit_status = 0;
    std::optional<Trouble> trouble;
    std::vector<std::string> found;
    std::optional<PopulationRef> population;
    Outcomes outcomes;
    std::vector<Cared> cared;
    std::vector<BucketTotal> left;
    Findings findings;
    std::vector<std::string> next;
    std::optional<OtherBackup> next_older;
    bool operator==(const Record&) const = default;
};
template <>
struct Fields<Record> {
    static constexpr std::string_view doc =
        "What a run was asked, did, found and left; chained to the record before.";
    static constexpr auto list = FieldList{
        required("sequence", &Record::sequence, "Place in the chain, from 1."),
        required("previous", &Record::previous,
                 "SHA-256 of the stored bytes of the record before; null in the first."),
        required("head", &Record::head, "What was known before the work began."),
        required("finished_at", &Record::finished_at, "UTC."),
        required(
            "status", &Record::status,
            "completed, partial, failed, interrupted, or died (its journal stops in the middle)."),
        required("exit_status", &Record::exit_status, "Exit status of the command; 137 for died."),
        optional("trouble", &Record::trouble, "Why the run as a whole failed."),
        required("found", &Record::found,
                 "What earlier runs had left behind, and what was done about it."),
        optional("population", &Record::population, "Every target in scope."),
        required("outcomes", &Record::outcomes, "What each step did."),
        optional("cared", &Record::cared,
                 "Targets that entries of maintain cared for, without those that were deferred or "
                 "failed: they are due again at the next time of its schedule."),
        optional("left", &Record::left,
                 "Work that the plan had filtered or deferred, added up; it has no outcomes."),
        required("findings", &Record::findings, "Verdicts about the whole, after the work."),
        required("next", &Record::next, "What to do next, as commands."),
        optional("next_older", &Record::next_older,
                 "Of a restore that picked the latest: what is next where that one proves bad.")};
};

}  // namespace muster
