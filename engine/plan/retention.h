// Which snapshots of one target in one store stay, and why.
//
// What does not count (see retain) stays and fills no bucket. Of those that count, pins, the newest
// proven one, where no proof is asked for also the newest one, and the newest min_count stand above
// the caps: they stay. Of the others, what is older than max_age at `now` goes, then what no keep
// rule keeps; of the rest, from newest to oldest, the first that max_total has no room for and all
// older ones. max_total adds up what stays of those that count, and every pin; what stands above
// the caps takes its room first. Keep rules look at all that count, capped or not: keep_rules.h.
// What a snapshot that stays is told by stays with it, whatever the caps say: without it that one
// could not be restored.
// docs/retention.md has examples.
#pragma once

#include <string>
#include <vector>

#include "engine/model/keep_spec.h"
#include "engine/model/observation.h"
#include "engine/model/reason.h"
#include "engine/model/schedule/zone.h"

namespace muster {

struct Retained {
    const SnapshotFacts* snapshot = nullptr;
    bool stays = true;
    /// Never empty. Every rule that keeps it; where it goes, every reason why: the cap, or that no
    /// rule keeps it. Codes: what does not count: unfinished, foreign, broken, bad,
    /// unreadable_time, future_time, unproven; above the caps: pinned, newest_proven, newest,
    /// min_count; else keys of KeepSpec, no_rule, referenced, and not_kept.
    std::vector<Reason> reasons;
};

/// The rules a group is held to. Only proven snapshots fill buckets where `need_proof`.
struct RetentionRules {
    const KeepSpec& keep;
    const Zone& zone;
    Time now{};
    bool need_proof = true;
};

/// `group` is one target in one store, in any order; the result is newest first, holds every
/// element once and points to what `group` points to. Whatever is unproven (where proof is needed),
/// found bad, broken, unfinished, foreign, of the future, or of an unreadable time (1970 or before)
/// does not count. Within one second, the snapshot still to be taken (its `path` is empty) is the
/// newest, then the greater key. O(n log n).
std::vector<Retained> retain(const RetentionRules& rules,
                             const std::vector<const SnapshotFacts*>& group);

/// As each step has one reason: the first one's code, with all their texts.
Reason as_one(const std::vector<Reason>& reasons);

/// "last 3, daily 30, max_total 50.0 GiB".
std::string spell(const KeepSpec& keep);

}  // namespace muster
