// What stays and what goes, snapshot by snapshot, and why.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/digest.h"
#include "engine/model/keep_spec.h"
#include "engine/model/reason.h"

namespace muster {

enum class Worth { proven, unproven, bad, broken, unfinished };
template <>
struct Names<Worth> {
    static constexpr std::array list{std::pair{Worth::proven, std::string_view{"proven"}},
                                     std::pair{Worth::unproven, std::string_view{"unproven"}},
                                     std::pair{Worth::bad, std::string_view{"bad"}},
                                     std::pair{Worth::broken, std::string_view{"broken"}},
                                     std::pair{Worth::unfinished, std::string_view{"unfinished"}}};
};

enum class Fate { keep, remove, blocked };
template <>
struct Names<Fate> {
    static constexpr std::array list{std::pair{Fate::keep, std::string_view{"keep"}},
                                     std::pair{Fate::remove, std::string_view{"remove"}},
                                     std::pair{Fate::blocked, std::string_view{"blocked"}}};
};

struct JudgedSnapshot {
    std::string key;
    std::optional<Time> created_at;
    std::optional<std::string> local;
    Bytes bytes;
    std::optional<Sha256> checksum;
    Worth worth = Worth::unproven;
    std::optional<Time> proven_at;
    std::optional<std::string> pinned;
    Fate fate = Fate::keep;
    std::vector<Reason> reasons;
    bool operator==(const JudgedSnapshot&) const = default;
};
template <>
struct Fields<JudgedSnapshot> {
    static constexpr std::string_view doc = "One snapshot, held to the rules.";
    static constexpr auto list = FieldList{
        required("key", &JudgedSnapshot::key, "Place below the store's directory."),
        optional("created_at", &JudgedSnapshot::created_at,
                 "When it was taken (UTC); left out where that is unknown."),
        optional("local", &JudgedSnapshot::local,
                 "The same on the rules' clock, where that differs from UTC."),
        required("bytes", &JudgedSnapshot::bytes, "Its length; 0 where that is unknown."),
        optional("checksum", &JudgedSnapshot::checksum, "SHA-256 that its manifest gives."),
        required(
            "worth", &JudgedSnapshot::worth,
            "proven; unproven; bad (its last verification found it so); broken (its files are); unfinished."),
        optional("proven_at", &JudgedSnapshot::proven_at, "When it was proven last (UTC)."),
        optional("pinned", &JudgedSnapshot::pinned, "Why it is pinned, where it is."),
        required("fate", &JudgedSnapshot::fate,
                 "keep; remove; blocked (the rules would remove it, and nothing is removed now)."),
        required("reasons", &JudgedSnapshot::reasons,
                 "Every rule that keeps it, or every reason why it goes.")};
};

struct RetentionTotal {
    int kept = 0;
    Bytes kept_bytes;
    int removed = 0;
    Bytes removed_bytes;
    int blocked = 0;
    Bytes blocked_bytes;
    bool operator==(const RetentionTotal&) const = default;
};
template <>
struct Fields<RetentionTotal> {
    static constexpr std::string_view doc = "Snapshots, added up by fate.";
    static constexpr auto list = FieldList{
        required("kept", &RetentionTotal::kept, "How many stay by the rules."),
        required("kept_bytes", &RetentionTotal::kept_bytes, "Their bytes."),
        required("removed", &RetentionTotal::removed, "How many go."),
        required("removed_bytes", &RetentionTotal::removed_bytes, "Their bytes."),
        required("blocked", &RetentionTotal::blocked, "How many would go, were it not blocked."),
        required("blocked_bytes", &RetentionTotal::blocked_bytes, "Their bytes.")};
};

struct RetentionGroup {
    std::string target;
    std::string source;
    std::string store;
    std::string job;
    KeepSpec keep;
    std::string rules;
    bool need_proof = true;
    std::optional<Reason> blocked;
    std::vector<JudgedSnapshot> snapshots;
    RetentionTotal total;
    bool operator==(const RetentionGroup&) const = default;
};
template <>
struct Fields<RetentionGroup> {
    static constexpr std::string_view doc =
        "The snapshots of one target in one store: the rules are held to each group alone.";
    static constexpr auto list = FieldList{
        required("target", &RetentionGroup::target,
                 "Id of the target; empty for files whose manifest does not tell it."),
        optional("source", &RetentionGroup::source, "The database they are snapshots of."),
        required("store", &RetentionGroup::store,
                 "Name of the store; 'directory' where a directory was named."),
        optional("job", &RetentionGroup::job,
                 "The entry of the policy whose rules these are, such as protect.finance."),
        required("keep", &RetentionGroup::keep, "The rules."),
        required("rules", &RetentionGroup::rules, "The same in words."),
        required("need_proof", &RetentionGroup::need_proof,
                 "Only proven snapshots count for the rules."),
        optional("blocked", &RetentionGroup::blocked, "Why nothing is removed now."),
        required("snapshots", &RetentionGroup::snapshots, "All of them, the newest first."),
        required("total", &RetentionGroup::total, "The same, added up.")};
};

struct RetentionReport {
    std::string policy_name;
    std::string directory;
    Time at{};
    std::string timezone;
    std::vector<RetentionGroup> groups;
    RetentionTotal total;
    std::vector<std::string> other_files;
    bool operator==(const RetentionReport&) const = default;
};
template <>
struct Fields<RetentionReport> {
    static constexpr std::string_view doc =
        "What pruning would remove and what stays, snapshot by snapshot, and why.";
    static constexpr auto list = FieldList{
        optional("policy_name", &RetentionReport::policy_name, "The policy, where one was named."),
        optional("directory", &RetentionReport::directory, "The directory, where one was named."),
        required("at", &RetentionReport::at, "The moment it holds for (UTC)."),
        required("timezone", &RetentionReport::timezone,
                 "Hours, days, weeks, months and years are those of this zone."),
        required("groups", &RetentionReport::groups, "Each target in each store with rules."),
        required("total", &RetentionReport::total, "All groups, added up."),
        optional("other_files", &RetentionReport::other_files,
                 "Files in the directory that muster does not know and leaves alone.")};
};

}  // namespace muster
