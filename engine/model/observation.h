// Every fact the planner and the judge may use. Made by engine/run/observe.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/digest.h"
#include "engine/base/rare.h"
#include "engine/base/rare_text.h"
#include "engine/base/time.h"
#include "engine/model/database_digest.h"
#include "engine/model/health_report.h"
#include "engine/model/schedule/zone.h"
#include "engine/model/trouble.h"

namespace muster {

/// One database under protection; a glob in the policy gives one for each match.
struct TargetFacts {
    std::string id;    ///< "finance", or "tenants/acme" for a match of the glob of "tenants"
    std::string spec;  ///< key in the policy's targets
    std::string path;  ///< absolute, links resolved; the policy's own text where nothing is there
    std::string volume_id;  ///< what manifests of its snapshots say
    Sha256 questions;       ///< of the policy's checks
    std::optional<Trouble> trouble;
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    Bytes bytes;
    bool writers_wait = false;   ///< a copy keeps writers waiting (rollback journal)
    Duration estimated_pause{};  ///< for how long, when copied in one step
    Bytes pages;                 ///< bytes of all its pages, those in the log too; 0: not known
    Bytes free_pages;            ///< bytes of those that hold nothing
    bool operator==(const TargetFacts&) const = default;
};

struct StoreFacts {
    std::string name;
    std::string root;
    std::optional<Trouble> trouble;
    Bytes free;
    bool operator==(const StoreFacts&) const = default;
};

/// foreign: of another database, though it lies in the store or bears a target's name.
enum class SnapshotState { complete, unfinished, broken, foreign };

struct SnapshotFacts {
    std::string target;       ///< id; empty when it is foreign
    std::string volume_id;    ///< of what is no target's, in a policy's observation
    std::string source_path;  ///< the same
    std::string store;
    std::string key;   ///< place below the store's root
    std::string path;  ///< how an operator names it
    RareText former;   ///< key of the one it is told by; empty where it holds all of the database
    SnapshotState state = SnapshotState::complete;
    bool known_bad = false;  ///< its last verification found it bad, or one it is told by
    bool damaged = false;    ///< its own bytes, or those of one it is told by
    RareText detail;         ///< why it is broken, unfinished or bad
    Time created_at{};
    Bytes bytes;
    Sha256 checksum;
    std::optional<Time> proven_at;
    Time read_at{};  ///< when all its bytes were last read and found good, after its taking
    std::optional<std::string> pinned;  ///< why, where somebody pinned it
    /// Its taking read it back.
    Time last_read() const { return std::max(created_at, read_at); }
    bool operator==(const SnapshotFacts&) const = default;
};

/// One measurement of a restore.
struct RestoreMeasured {
    Time at{};
    Duration took{};
    Bytes bytes;
    bool operator==(const RestoreMeasured&) const = default;
};

struct RowsSeen {
    Time at{};  ///< of the content
    std::vector<TableRows> tables;
    bool operator==(const RowsSeen&) const = default;
};

/// The newest rehearsal of a drill on a target.
struct DrillFacts {
    std::string drill;
    std::string target;
    Time at{};
    bool passed = false;
    Duration restore_took{};
    std::vector<RestoreMeasured> history =
        {};                    ///< of rehearsals that passed, oldest first; the newest few
    Rare<RowsSeen> rows = {};  ///< of the newest one that passed and counted them
    bool operator==(const DrillFacts&) const = default;
};

/// When a maintain entry of the policy was last carried out on a target.
struct CareFacts {
    std::string job;  ///< "maintain.nightly"
    std::string target;
    Time at{};
    bool operator==(const CareFacts&) const = default;
};

/// A run that never ended: its journal stops in the middle.
struct UnfinishedRun {
    std::string run;
    std::string command;
    std::string last_step;
    bool operator==(const UnfinishedRun&) const = default;
};

struct Observation {
    Time now{};
    Sha256 policy_hash;
    std::string folder;  ///< of the policy file
    Zone zone;           ///< the policy's
    std::vector<TargetFacts> targets;
    std::vector<StoreFacts> stores;
    std::vector<SnapshotFacts> snapshots;
    std::vector<DrillFacts> drills;
    std::vector<CareFacts> care;
    std::vector<DatabaseHealth> health;  ///< of targets whose care is due; see looks_wanted()
    std::vector<UnfinishedRun> unfinished_runs;
    std::vector<std::string> failed_last_backup;  ///< target ids
    bool operator==(const Observation&) const = default;
};

}  // namespace muster
