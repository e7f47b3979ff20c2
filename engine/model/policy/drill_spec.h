// Rehearsals.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/model/policy/scenario_spec.h"
#include "engine/model/policy/target_spec.h"
#include "engine/model/schedule/schedule_spec.h"

namespace muster {

/// The shipped scenarios, in drills/catalog/.
enum class Scenario {
    restore_smoke,
    restore_drill,
    emergency_restore,
    before_time,
    known_file,
    app_boots,
    re_protection,
    queue_recovery,
    fault_catalogue
};
template <>
struct Names<Scenario> {
    static constexpr std::array list{
        std::pair{Scenario::restore_smoke, std::string_view{"restore-smoke"}},
        std::pair{Scenario::restore_drill, std::string_view{"restore-drill"}},
        std::pair{Scenario::emergency_restore, std::string_view{"emergency-restore"}},
        std::pair{Scenario::before_time, std::string_view{"before-time"}},
        std::pair{Scenario::known_file, std::string_view{"known-file"}},
        std::pair{Scenario::app_boots, std::string_view{"app-boots"}},
        std::pair{Scenario::re_protection, std::string_view{"re-protection"}},
        std::pair{Scenario::queue_recovery, std::string_view{"queue-recovery"}},
        std::pair{Scenario::fault_catalogue, std::string_view{"fault-catalogue"}}};
};

/// It restores a snapshot of a store.
inline bool uses_chosen(Scenario scenario) {
    using enum Scenario;
    return scenario != restore_smoke && scenario != queue_recovery && scenario != fault_catalogue;
}

enum class Pick { latest, random_within };
template <>
struct Names<Pick> {
    static constexpr std::array list{
        std::pair{Pick::latest, std::string_view{"latest"}},
        std::pair{Pick::random_within, std::string_view{"random_within"}}};
};

struct PickSpec {
    std::string store;
    Pick pick = Pick::latest;
    std::optional<Duration> window;
    std::optional<Time> before;
    std::optional<Duration> older_than;
    std::string id;
    bool operator==(const PickSpec&) const = default;
};
template <>
struct Fields<PickSpec> {
    static constexpr std::string_view doc = "Which snapshot is restored.";
    static constexpr auto list = FieldList{
        optional("store", &PickSpec::store, "Name from stores; any of them when left out."),
        optional(
            "pick", &PickSpec::pick,
            "latest, or random_within: any one of the window, so that old ones are tried too."),
        optional("window", &PickSpec::window, "How far random_within looks back."),
        optional("before", &PickSpec::before, "Only snapshots older than this time (UTC)."),
        optional("older_than", &PickSpec::older_than, "Only snapshots that are older, such as 2d."),
        optional("id", &PickSpec::id, "This one, by its place below the store.")};
};

enum class FallBack { none, here };
template <>
struct Names<FallBack> {
    static constexpr std::array list{std::pair{FallBack::none, std::string_view{"none"}},
                                     std::pair{FallBack::here, std::string_view{"here"}}};
};

struct RunnerSpec {
    std::vector<std::string> argv;
    std::vector<std::string> preflight;
    FallBack fall_back = FallBack::none;
    bool operator==(const RunnerSpec&) const = default;
};
template <>
struct Fields<RunnerSpec> {
    static constexpr std::string_view doc = "Another machine to run a drill on.";
    static constexpr auto list = FieldList{
        required("argv", &RunnerSpec::argv,
                 "What stands before a command, such as [ssh, staging, --]."),
        optional("preflight", &RunnerSpec::preflight,
                 "A harmless command that shows beforehand that it can be used."),
        optional("fall_back", &RunnerSpec::fall_back,
                 "here: run on this machine where the other one cannot be used; none: fail.")};
};

/// How far the rows of a table may be from those of the last rehearsal that passed.
struct RowsSpec {
    double may_shrink = 0.5;
    double may_grow_per_day = 10;
    bool operator==(const RowsSpec&) const = default;
};
template <>
struct Fields<RowsSpec> {
    static constexpr std::string_view doc =
        "How far the number of rows of each table may be from what the last rehearsal that passed has counted, by the times of the two contents.";
    static constexpr auto list = FieldList{
        optional("may_shrink", &RowsSpec::may_shrink,
                 "The part that may be gone: 0.1 is a tenth; 0.5 when left out."),
        optional(
            "may_grow_per_day", &RowsSpec::may_grow_per_day,
            "The part that may come with each day since (a day at least): 1 is as many again; 10 when left out.")};
};

struct DrillSpec : ScenarioParts {
    std::optional<Scenario> scenario;
    TargetSelector targets;
    std::optional<ScheduleSpec> schedule;
    std::optional<PickSpec> from;
    std::map<std::string, std::string> with;
    std::optional<RowsSpec> rows;
    Duration within = std::chrono::hours{6};
    std::optional<RunnerSpec> runner;
    bool operator==(const DrillSpec&) const = default;
};
template <>
struct Fields<DrillSpec> {
    static constexpr std::string_view doc =
        "A rehearsal in a sandbox; production is never written.";
    static constexpr std::array one_of{std::string_view{"scenario"}, std::string_view{"steps"}};
    static constexpr auto list = join_fields(
        FieldList{optional("scenario", &DrillSpec::scenario,
                           "A shipped scenario; 'muster drill --show NAME' prints it."),
                  optional("targets", &DrillSpec::targets,
                           "Which targets; needed for a shipped scenario, but queue-recovery."),
                  optional("schedule", &DrillSpec::schedule,
                           "When it is due; at every apply when left out."),
                  optional("from", &DrillSpec::from,
                           "Which snapshot is restored; the latest of any store when left out."),
                  optional("with", &DrillSpec::with, "Words that the scenario needs, or uses."),
                  optional("rows", &DrillSpec::rows, "How far the rows of a table may change."),
                  optional("within", &DrillSpec::within,
                           "The longest it may take in all; 6h when left out."),
                  optional("runner", &DrillSpec::runner, "Another machine to run it on.")},
        Fields<ScenarioParts>::list);
};

inline bool uses_chosen(const DrillSpec& drill) {
    return drill.scenario ? uses_chosen(*drill.scenario)
                          : uses_chosen(static_cast<const ScenarioParts&>(drill));
}

}  // namespace muster
