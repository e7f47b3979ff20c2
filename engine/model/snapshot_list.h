// The snapshots there are, each with its proof: the document of `muster snapshots`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/model/finding.h"
#include "engine/model/observation.h"

namespace muster {

template <>
struct Names<SnapshotState> {
    static constexpr std::array list{
        std::pair{SnapshotState::complete, std::string_view{"complete"}},
        std::pair{SnapshotState::unfinished, std::string_view{"unfinished"}},
        std::pair{SnapshotState::broken, std::string_view{"broken"}},
        std::pair{SnapshotState::foreign, std::string_view{"foreign"}}};
};

/// valid and expired had a good verification at depth full; bad had a bad one after it, or lies
/// there no more as it was proven.
enum class ProofState { valid, expired, never, bad };
template <>
struct Names<ProofState> {
    static constexpr std::array list{std::pair{ProofState::valid, std::string_view{"valid"}},
                                     std::pair{ProofState::expired, std::string_view{"expired"}},
                                     std::pair{ProofState::never, std::string_view{"never"}},
                                     std::pair{ProofState::bad, std::string_view{"bad"}}};
};

struct ListedSnapshot {
    std::string target;
    std::string volume_id;
    std::string source;
    std::string store;
    std::string id;
    std::string path;
    SnapshotState state = SnapshotState::complete;
    std::string detail;
    std::string told_by;
    std::optional<Time> created_at;
    std::optional<Duration> age;
    Bytes bytes;
    std::optional<Sha256> checksum;
    ProofState proof = ProofState::never;
    std::optional<Time> proven_at;
    std::optional<Time> proof_expires_at;
    std::optional<std::string> pinned;
    bool operator==(const ListedSnapshot&) const = default;
};
template <>
struct Fields<ListedSnapshot> {
    static constexpr std::string_view doc = "One snapshot.";
    static constexpr auto list = FieldList{
        required(
            "target", &ListedSnapshot::target,
            "Id of the target, or the name in its manifest where a directory was named; empty where it is of no target, or its manifest does not tell."),
        optional("volume_id", &ListedSnapshot::volume_id, "Identity of the volume it is of."),
        optional("source", &ListedSnapshot::source, "The database it is a snapshot of."),
        required("store", &ListedSnapshot::store, "Name of the store."),
        required("id", &ListedSnapshot::id,
                 "Place below the store; what 'muster restore --id' takes."),
        required("path", &ListedSnapshot::path, "The artifact."),
        required("state", &ListedSnapshot::state,
                 "complete, unfinished (its run died), broken, or foreign (of another database)."),
        optional("detail", &ListedSnapshot::detail, "Why it is not complete, or bad."),
        optional("told_by", &ListedSnapshot::told_by,
                 "Id of the one since which it holds only what changed."),
        optional("created_at", &ListedSnapshot::created_at,
                 "When it was taken (UTC); left out where that is unknown."),
        optional("age", &ListedSnapshot::age, "Since then; left out for one dated in the future."),
        required("bytes", &ListedSnapshot::bytes, "Its length; 0 where that is unknown."),
        optional("checksum", &ListedSnapshot::checksum, "SHA-256 that its manifest gives."),
        required(
            "proof", &ListedSnapshot::proof,
            "valid; expired: a new verification is due; never; bad: its last one failed, or it lies there no more as it was proven."),
        optional("proven_at", &ListedSnapshot::proven_at, "Its last good verification (UTC)."),
        optional("proof_expires_at", &ListedSnapshot::proof_expires_at, "UTC."),
        optional("pinned", &ListedSnapshot::pinned, "Why it is pinned, where it is.")};
};

struct SnapshotList {
    std::string policy_name;
    std::string directory;
    Time at{};
    std::vector<ListedSnapshot> snapshots;
    Findings findings;
    bool operator==(const SnapshotList&) const = default;
};
template <>
struct Fields<SnapshotList> {
    static constexpr std::string_view doc = "The snapshots there are, each with its proof.";
    static constexpr auto list = FieldList{
        optional("policy_name", &SnapshotList::policy_name, "The policy, where one was named."),
        optional("directory", &SnapshotList::directory, "The directory, where one was named."),
        required("at", &SnapshotList::at, "When it was looked at (UTC)."),
        required("snapshots", &SnapshotList::snapshots,
                 "By target, store and age; those of no target are the last."),
        optional("findings", &SnapshotList::findings,
                 "Stores that could not be looked into: what lies there is missing here.")};
};

}  // namespace muster
