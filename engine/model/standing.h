// Where each target stands after a run: the population of a record.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/rare.h"
#include "engine/model/outcome.h"

namespace muster {

enum class Coverage { drilled, overdue, never, skipped };
template <>
struct Names<Coverage> {
    static constexpr std::array list{std::pair{Coverage::drilled, std::string_view{"drilled"}},
                                     std::pair{Coverage::overdue, std::string_view{"overdue"}},
                                     std::pair{Coverage::never, std::string_view{"never"}},
                                     std::pair{Coverage::skipped, std::string_view{"skipped"}}};
};

/// An objective against what was measured; `measured` is absent where nothing could be.
struct Objective {
    Duration objective{};
    std::optional<Duration> measured;
    bool met = false;
    bool operator==(const Objective&) const = default;
};
template <>
struct Fields<Objective> {
    static constexpr std::string_view doc = "An objective against what was measured.";
    static constexpr auto list =
        FieldList{required("objective", &Objective::objective, "What the policy asks for."),
                  optional("measured", &Objective::measured,
                           "What was measured; left out where nothing could be."),
                  required("met", &Objective::met, "Measured, and not longer.")};
};

struct Outlook {
    int measurements = 0;
    Time since{};
    Duration expected{};
    Duration per_day{};
    std::optional<Time> misses_at;
    std::string told;
    bool operator==(const Outlook&) const = default;
};
template <>
struct Fields<Outlook> {
    static constexpr std::string_view doc =
        "Where the time of a restore is heading, by a line through what was measured.";
    static constexpr auto list = FieldList{
        required("measurements", &Outlook::measurements, "Rehearsals it rests on; three at least."),
        required("since", &Outlook::since, "The oldest of them (UTC)."),
        required("expected", &Outlook::expected, "How long a restore takes now, by that line."),
        required("per_day", &Outlook::per_day, "How much longer it takes with each day."),
        optional(
            "misses_at", &Outlook::misses_at,
            "When it will miss the objective (UTC); left out where it never does, or in more than ten years."),
        required("told", &Outlook::told, "The same, in a sentence.")};
};

struct NewestSnapshot {
    std::string store;
    std::string path;
    Time created_at{};
    Bytes bytes;
    Sha256 checksum;
    bool operator==(const NewestSnapshot&) const = default;
};
template <>
struct Fields<NewestSnapshot> {
    static constexpr std::string_view doc = "The newest committed snapshot.";
    static constexpr auto list =
        FieldList{required("store", &NewestSnapshot::store, "Name of the store."),
                  required("path", &NewestSnapshot::path, "The artifact."),
                  required("created_at", &NewestSnapshot::created_at, "UTC."),
                  required("bytes", &NewestSnapshot::bytes, "Its length."),
                  required("checksum", &NewestSnapshot::checksum, "Its SHA-256.")};
};

struct Standing {
    std::string target;
    std::string path;
    Coverage coverage = Coverage::never;
    std::string reason;
    int snapshots = 0;
    std::optional<NewestSnapshot> newest;
    std::optional<Proof> proof;
    std::optional<Objective> rpo;
    std::optional<Objective> rto;
    Rare<Outlook> outlook;
    std::optional<Time> last_drill;
    bool operator==(const Standing&) const = default;
};
template <>
struct Fields<Standing> {
    static constexpr std::string_view doc = "Where one target stands.";
    static constexpr auto list = FieldList{
        required("target", &Standing::target, "Id of the target."),
        required("path", &Standing::path, "The database."),
        required("coverage", &Standing::coverage,
                 "drilled, overdue (a drill failed, and was not held again), never, or skipped."),
        optional("reason", &Standing::reason, "Why, where it is not drilled."),
        required("snapshots", &Standing::snapshots, "Committed snapshots in all stores."),
        optional("newest", &Standing::newest, "The newest of them."),
        optional("proof", &Standing::proof, "The proof of the newest snapshot that has one."),
        optional("rpo", &Standing::rpo, "Age of the newest proven snapshot against the objective."),
        optional("rto", &Standing::rto,
                 "Time of the last rehearsed restore against the objective."),
        optional("outlook", &Standing::outlook, "Where the time of a restore is heading."),
        optional("last_drill", &Standing::last_drill, "When the last drill ended (UTC).")};
};

/// Stored once per content, named by its hash.
struct Population {
    std::vector<Standing> targets;
    bool operator==(const Population&) const = default;
};
template <>
struct Fields<Population> {
    static constexpr std::string_view doc = "Every target in scope, and where it stands.";
    static constexpr auto list =
        FieldList{required("targets", &Population::targets, "Sorted by target.")};
};

}  // namespace muster
