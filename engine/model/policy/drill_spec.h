// Rehearsals.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/model/policy/probe_spec.h"
#include "engine/model/policy/target_spec.h"
#include "engine/model/schedule/schedule_spec.h"

namespace muster {

enum class Scenario { restore_smoke, restore_drill, fault_catalogue };
template <>
struct Names<Scenario> {
    static constexpr std::array list{
        std::pair{Scenario::restore_smoke, std::string_view{"restore-smoke"}},
        std::pair{Scenario::restore_drill, std::string_view{"restore-drill"}},
        std::pair{Scenario::fault_catalogue, std::string_view{"fault-catalogue"}}};
};

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
    bool operator==(const PickSpec&) const = default;
};
template <>
struct Fields<PickSpec> {
    static constexpr std::string_view doc = "Which snapshot is restored.";
    static constexpr auto list = FieldList{
        required("store", &PickSpec::store, "Name from stores."),
        optional(
            "pick", &PickSpec::pick,
            "latest, or random_within: any one of the window, so that old ones are tried too."),
        optional("window", &PickSpec::window, "How far random_within looks back."),
        optional("before", &PickSpec::before, "Only snapshots older than this time (UTC).")};
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

/// One step of a scenario of one's own.
struct DrillStepSpec {
    std::string name;
    std::optional<HttpCall> http;
    std::optional<ProbeSpec> until;
    std::vector<std::string> run;
    std::optional<HttpAnswer> expect;
    std::map<std::string, std::string> save;
    bool operator==(const DrillStepSpec&) const = default;
};
template <>
struct Fields<DrillStepSpec> {
    static constexpr std::string_view doc = "One step of a scenario.";
    static constexpr std::array one_of{std::string_view{"http"}, std::string_view{"until"},
                                       std::string_view{"run"}};
    static constexpr auto list = FieldList{
        required("name", &DrillStepSpec::name, "Name in reports, unique in its list."),
        optional("http", &DrillStepSpec::http, "Make this call once."),
        optional("until", &DrillStepSpec::until, "Ask until the answer is as expected."),
        optional("run", &DrillStepSpec::run, "Run a program with arguments; it must exit with 0."),
        optional("expect", &DrillStepSpec::expect, "What the answer of http must be."),
        optional(
            "save", &DrillStepSpec::save,
            "Values of the answer for later steps: a word, and the JSON pointer to its value.")};
};

struct DrillSpec {
    std::optional<Scenario> scenario;
    TargetSelector targets;
    std::optional<ScheduleSpec> schedule;
    std::optional<PickSpec> from;
    std::optional<RunnerSpec> runner;
    std::map<std::string, ServiceSpec> services;
    std::vector<ProbeSpec> hypothesis;
    std::vector<DrillStepSpec> steps;
    std::vector<DrillStepSpec> rollback;
    bool operator==(const DrillSpec&) const = default;
};
template <>
struct Fields<DrillSpec> {
    static constexpr std::string_view doc =
        "A rehearsal in a sandbox; production is never written.";
    static constexpr std::array one_of{std::string_view{"scenario"}, std::string_view{"steps"}};
    static constexpr auto list = FieldList{
        optional(
            "scenario", &DrillSpec::scenario,
            "A shipped scenario. restore-smoke: clone, snapshot, damage the clone, restore, compare; restore-drill: restore from a store; fault-catalogue: every injected fault must be caught."),
        optional("targets", &DrillSpec::targets, "Which targets; needed for a shipped scenario."),
        optional("schedule", &DrillSpec::schedule, "When it is due; at every apply when left out."),
        optional("from", &DrillSpec::from, "Which snapshot restore-drill restores."),
        optional("runner", &DrillSpec::runner, "Another machine to run it on."),
        optional("services", &DrillSpec::services,
                 "Services that are started for the drill; {name} in a URL is the address of one."),
        optional("hypothesis", &DrillSpec::hypothesis,
                 "What must hold before the first step and after the last one."),
        optional("steps", &DrillSpec::steps, "A scenario of one's own, in order."),
        optional("rollback", &DrillSpec::rollback, "Steps that clean up, also when it fails.")};
};

}  // namespace muster
