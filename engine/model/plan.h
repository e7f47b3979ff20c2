// Ordered steps, each in a bucket with its reason, bound to the facts they assume.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/model/bucket.h"
#include "engine/model/cared.h"
#include "engine/model/observation.h"
#include "engine/model/other_backup.h"
#include "engine/model/step.h"

namespace muster {

/// A fact the plan rests on. What time or growth alone changes is none.
struct Assumption {
    std::string fact;
    std::string value;
    bool operator==(const Assumption&) const = default;
};
template <>
struct Fields<Assumption> {
    static constexpr std::string_view doc = "A fact the plan rests on.";
    static constexpr auto list =
        FieldList{required("fact", &Assumption::fact, "What is assumed."),
                  required("value", &Assumption::value, "Its value when the plan was made.")};
};

/// The snapshots of one target in one store that stay.
struct Kept {
    std::string target;
    std::string store;
    int snapshots = 0;
    Bytes bytes;
    std::map<std::string, int> rules;
    bool operator==(const Kept&) const = default;
};
template <>
struct Fields<Kept> {
    static constexpr std::string_view doc =
        "The snapshots of one target in one store that stay; 'muster prune --dry-run' lists each.";
    static constexpr auto list =
        FieldList{required("target", &Kept::target, "Id of the target."),
                  required("store", &Kept::store, "Name of the store."),
                  required("snapshots", &Kept::snapshots, "How many stay."),
                  required("bytes", &Kept::bytes, "Their bytes."),
                  required("rules", &Kept::rules,
                           "How many of them each rule keeps; one may be kept by several.")};
};

/// Work of one job that is not due yet, and when it will be.
struct Waiting {
    std::string job;
    std::optional<Time> due_at;
    int targets = 0;
    std::string example;
    bool operator==(const Waiting&) const = default;
};
template <>
struct Fields<Waiting> {
    static constexpr std::string_view doc = "Work that is not due yet; it stands in no bucket.";
    static constexpr auto list = FieldList{
        required("job", &Waiting::job, "The entry of the policy, such as protect.finance."),
        optional("due_at", &Waiting::due_at,
                 "When it may begin (UTC); left out where its schedule has no further run."),
        required("targets", &Waiting::targets, "Targets that wait for that time."),
        optional("example", &Waiting::example, "One of them.")};
};

/// One of `count` parts of a fleet; each target belongs to exactly one, whatever else there is.
struct Shard {
    int index = 1;  ///< from 1 to count
    int count = 1;
    bool operator==(const Shard&) const = default;
};
/// "2/8".
template <>
struct TextForm<Shard> {
    static std::optional<Shard> parse(std::string_view text);
    static std::string format(const Shard& shard);
    static constexpr std::string_view pattern = "^[1-9][0-9]{0,5}/[1-9][0-9]{0,5}$";
    static constexpr std::string_view example = "a part of the fleet such as 2/8";
};

/// What narrows a plan; kept in it, so that apply looks at the same facts again.
struct Selection {
    std::vector<std::string> targets;
    std::vector<std::string> only;
    std::vector<std::string> jobs;
    std::optional<int> limit;
    std::optional<Shard> shard;
    bool ignore_schedule = false;
    bool operator==(const Selection&) const = default;
};
template <>
struct Fields<Selection> {
    static constexpr std::string_view doc = "What was selected.";
    static constexpr auto list = FieldList{
        optional("targets", &Selection::targets, "Targets by name or id; all when empty."),
        optional("only", &Selection::only, "Kinds of steps; all when empty."),
        optional("jobs", &Selection::jobs,
                 "Entries of the policy such as protect.finance; all when empty."),
        optional("limit", &Selection::limit, "Targets in one run; the rest are deferred."),
        optional("shard", &Selection::shard, "This part of the fleet; all of it when left out."),
        optional("ignore_schedule", &Selection::ignore_schedule, "Also what is not due.")};
};

struct Plan {
    std::string policy_name;
    std::string policy_path;
    std::optional<Sha256> policy_hash;
    std::string created_with_version;
    Time created_at{};
    bool hypothetical = false;
    Sha256 serial;
    std::vector<Assumption> assumptions;
    Selection selection;
    std::vector<Unclean> strictness;
    std::vector<BucketTotal> totals;
    std::vector<Step> steps;
    std::vector<Waiting> waiting;
    std::vector<Kept> kept;
    std::vector<Cared> cared;
    Findings findings;
    std::optional<OtherBackup> next_older;
    bool operator==(const Plan&) const = default;
};
template <>
struct Fields<Plan> {
    static constexpr std::string_view doc = "What muster would do, bound to the facts it assumes.";
    static constexpr auto list = FieldList{
        required("policy_name", &Plan::policy_name,
                 "Name of the policy; of the command where there is no policy."),
        optional("policy_path", &Plan::policy_path, "The policy file."),
        optional("policy_hash", &Plan::policy_hash, "SHA-256 of the policy's meaning."),
        required("created_with_version", &Plan::created_with_version,
                 "Version of muster that made the plan."),
        required("created_at", &Plan::created_at, "When it was made."),
        optional("hypothetical", &Plan::hypothetical,
                 "Made for another time than its own (--now): it must not be carried out."),
        required("serial", &Plan::serial,
                 "SHA-256 of the assumptions; a plan whose serial no longer holds is stale."),
        required("assumptions", &Plan::assumptions, "The facts it rests on."),
        required("selection", &Plan::selection, "What was selected."),
        required("strictness", &Plan::strictness, "What --strict-plan refuses."),
        required("totals", &Plan::totals, "Each bucket, added up."),
        required("steps", &Plan::steps, "The work, in order."),
        required("waiting", &Plan::waiting, "What is not due yet, and when it will be."),
        required("kept", &Plan::kept, "Snapshots that stay; only where keep is given."),
        optional("cared", &Plan::cared, "Targets that were due for care."),
        required("findings", &Plan::findings, "What is wrong now, before any work."),
        optional("next_older", &Plan::next_older,
                 "Of a restore that picked the latest: what is next where that one proves bad.")};
};

}  // namespace muster
