// The language of rehearsals: a hypothesis, steps, and a rollback that is always run.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/rare.h"
#include "engine/model/fault.h"
#include "engine/model/finding.h"
#include "engine/model/policy/probe_spec.h"
#include "engine/model/snapshot_format.h"

namespace muster {

/// What a scenario calls the database that is under protection; it is only read.
inline constexpr std::string_view source_database = "source";
/// What it calls the snapshot that was picked from a store.
inline constexpr std::string_view chosen_snapshot = "chosen";

struct SnapshotAct {
    std::string of{source_database};
    std::string as;
    std::string to;
    Compression compress = Compression::none;
    bool operator==(const SnapshotAct&) const = default;
};
template <>
struct Fields<SnapshotAct> {
    static constexpr std::string_view doc = "Take a consistent copy into the sandbox.";
    static constexpr std::array one_of{std::string_view{"as"}, std::string_view{"to"}};
    static constexpr auto list = FieldList{
        optional("of", &SnapshotAct::of,
                 "A database: source, or one that an earlier step made; source when left out."),
        optional("as", &SnapshotAct::as, "Name of the snapshot: an artifact with its manifest."),
        optional("to", &SnapshotAct::to, "Name of a database: a plain copy to work on."),
        optional("compress", &SnapshotAct::compress, "none, gzip or zstd; of an artifact.")};
};

/// damage: as a bad deployment does. furnish: adds what faults can strike.
enum class MutateHow { damage, furnish };
template <>
struct Names<MutateHow> {
    static constexpr std::array list{std::pair{MutateHow::damage, std::string_view{"damage"}},
                                     std::pair{MutateHow::furnish, std::string_view{"furnish"}}};
};

struct MutateAct {
    std::string database;
    MutateHow how = MutateHow::damage;
    bool operator==(const MutateAct&) const = default;
};
template <>
struct Fields<MutateAct> {
    static constexpr std::string_view doc = "Change a database of the sandbox.";
    static constexpr auto list = FieldList{
        required("database", &MutateAct::database, "One that an earlier step made."),
        optional(
            "how", &MutateAct::how,
            "damage: rows inserted, updated and deleted, and the schema changed; furnish: an index, long rows, free pages, search tables added, for faults to strike.")};
};

struct RestoreAct {
    std::string snapshot{chosen_snapshot};
    std::string to;
    bool operator==(const RestoreAct&) const = default;
};
template <>
struct Fields<RestoreAct> {
    static constexpr std::string_view doc =
        "Restore a snapshot to a database of the sandbox, as 'muster restore' does; one that is there is replaced.";
    static constexpr auto list = FieldList{
        optional("snapshot", &RestoreAct::snapshot,
                 "chosen (the one picked from a store), or one that an earlier step took."),
        required("to", &RestoreAct::to, "Name of the database.")};
};

struct CheckAct {
    std::string snapshot;
    std::string database;
    Depth depth = Depth::full;
    bool rows = false;
    Verdict verdict = Verdict::good;
    bool operator==(const CheckAct&) const = default;
};
template <>
struct Fields<CheckAct> {
    static constexpr std::string_view doc =
        "Look through a snapshot as 'muster inspect' does, or a database as 'muster doctor' does, and ask it the target's checks.";
    static constexpr std::array one_of{std::string_view{"snapshot"}, std::string_view{"database"}};
    static constexpr auto list = FieldList{
        optional("snapshot", &CheckAct::snapshot, "chosen, or one that an earlier step took."),
        optional("database", &CheckAct::database, "One that an earlier step made."),
        optional("depth", &CheckAct::depth, "checksum, quick, full or deep; full when left out."),
        optional("rows", &CheckAct::rows,
                 "Count the rows of each table, and compare with the last rehearsal that passed."),
        optional("verdict", &CheckAct::verdict,
                 "bad: it must be found bad, such as after damage; good when left out.")};
};

enum class Likeness { same, different };
template <>
struct Names<Likeness> {
    static constexpr std::array list{std::pair{Likeness::same, std::string_view{"same"}},
                                     std::pair{Likeness::different, std::string_view{"different"}}};
};

struct CompareAct {
    std::string database;
    std::string with;
    Likeness likeness = Likeness::same;
    bool operator==(const CompareAct&) const = default;
};
template <>
struct Fields<CompareAct> {
    static constexpr std::string_view doc =
        "Compare what two databases hold: every row of every table, and the schema.";
    static constexpr auto list = FieldList{
        required("database", &CompareAct::database, "One that an earlier step made."),
        required(
            "with", &CompareAct::with,
            "A database, a content that was saved, or a snapshot: then every byte, the schema version and the revision are held to its manifest too."),
        optional("likeness", &CompareAct::likeness,
                 "same, or different: so that it is seen that the comparison can fail.")};
};

struct SqlAct {
    std::string database;
    std::string ask;
    std::string change;
    bool operator==(const SqlAct&) const = default;
};
template <>
struct Fields<SqlAct> {
    static constexpr std::string_view doc = "SQL on a database.";
    static constexpr std::array one_of{std::string_view{"ask"}, std::string_view{"change"}};
    static constexpr auto list = FieldList{
        required("database", &SqlAct::database, "source, or one that an earlier step made."),
        optional("ask", &SqlAct::ask,
                 "A SELECT that yields one value; it can read that database and nothing else."),
        optional("change", &SqlAct::change,
                 "A statement that changes rows; never of source, which is only read.")};
};

/// Asked again and again.
struct UntilAct {
    std::optional<HttpCall> http;
    Rare<SqlAct> sql;
    std::vector<std::string> run;
    AnswerSpec expect;
    Duration within{};
    Duration every = std::chrono::milliseconds{100};
    bool operator==(const UntilAct&) const = default;
};
template <>
struct Fields<UntilAct> {
    static constexpr std::string_view doc = "Ask again and again until the answer is as expected.";
    static constexpr std::array one_of{std::string_view{"http"}, std::string_view{"sql"},
                                       std::string_view{"run"}};
    static constexpr auto list = FieldList{
        optional("http", &UntilAct::http, "The call."),
        optional("sql", &UntilAct::sql, "The question to a database."),
        optional("run", &UntilAct::run, "The program and its arguments."),
        optional("expect", &UntilAct::expect, "What the answer must be."),
        required("within", &UntilAct::within, "The longest it may take, such as 30s."),
        optional("every", &UntilAct::every, "Time between two questions; 100ms when left out.")};
};

struct ServiceOrder {
    std::string start;
    std::string stop;
    std::string restart;
    std::string kill;
    bool operator==(const ServiceOrder&) const = default;
};
template <>
struct Fields<ServiceOrder> {
    static constexpr std::string_view doc =
        "Start, stop or kill a service of the drill. One that a step starts is not started before.";
    static constexpr std::array one_of{std::string_view{"start"}, std::string_view{"stop"},
                                       std::string_view{"restart"}, std::string_view{"kill"}};
    static constexpr auto list = FieldList{
        optional("start", &ServiceOrder::start, "Start it, and wait until it is healthy."),
        optional("stop", &ServiceOrder::stop, "Ask it to end, and wait until it has."),
        optional("restart", &ServiceOrder::restart, "Both."),
        optional("kill", &ServiceOrder::kill, "End it at once, as a crash does.")};
};

struct FaultAct {
    std::optional<Fault> inject;
    std::optional<Strike> at;
    std::string database;
    std::string snapshot;
    bool operator==(const FaultAct&) const = default;
};
template <>
struct Fields<FaultAct> {
    static constexpr std::string_view doc =
        "Inject faults into copies, and see that for each of them the check which ought to catch it does.";
    static constexpr auto list = FieldList{
        optional("inject", &FaultAct::inject,
                 "What goes wrong; everything that can when left out."),
        optional(
            "at", &FaultAct::at,
            "source: a copy of the database, of which a snapshot is then taken; artifact: the snapshot as stored; resealed: the snapshot, with manifest and hash file made anew; restored: the restored copy. Everywhere when left out."),
        required("database", &FaultAct::database, "One that an earlier step made, furnished."),
        required("snapshot", &FaultAct::snapshot,
                 "One that an earlier step took of it, not compressed.")};
};

/// A program that runs in the foreground while a drill needs it.
struct DrillServiceSpec {
    std::vector<std::string> start;
    std::map<std::string, std::string> environment;
    std::optional<HealthSpec> healthy;
    Duration stop_within = std::chrono::seconds{10};
    bool operator==(const DrillServiceSpec&) const = default;
};
template <>
struct Fields<DrillServiceSpec> {
    static constexpr std::string_view doc =
        "A program that runs in the foreground while the drill needs it, and is stopped for certain.";
    static constexpr auto list = FieldList{
        required(
            "start", &DrillServiceSpec::start,
            "Program and arguments; {NAME} of the service is its address http://127.0.0.1:PORT, with a port that is free, and {NAME.port} that port alone."),
        optional("environment", &DrillServiceSpec::environment,
                 "Variables that it gets besides; words are filled in."),
        optional("healthy", &DrillServiceSpec::healthy,
                 "How to see that it works; when left out, it must only not end at once."),
        optional("stop_within", &DrillServiceSpec::stop_within,
                 "How long it may take to end when asked to; then it is killed.")};
};

/// One step: exactly one act, or values that are saved.
struct DrillStepSpec {
    std::string name;
    Rare<SnapshotAct> snapshot;
    Rare<MutateAct> mutate;
    Rare<RestoreAct> restore;
    Rare<CheckAct> check;
    Rare<CompareAct> compare;
    Rare<SqlAct> sql;
    std::vector<std::string> run;
    std::map<std::string, std::string> environment;
    Rare<HttpCall> http;
    Rare<UntilAct> until;
    Rare<ServiceOrder> service;
    std::optional<Duration> wait;
    Rare<FaultAct> fault;
    Rare<AnswerSpec> expect;
    std::map<std::string, std::string> save;
    std::optional<Duration> within;
    bool operator==(const DrillStepSpec&) const = default;
};
template <>
struct Fields<DrillStepSpec> {
    static constexpr std::string_view doc = "One step of a scenario: one act.";
    static constexpr auto list = FieldList{
        optional("name", &DrillStepSpec::name,
                 "Name in reports, unique in its list; only a hypothesis may do without."),
        optional("snapshot", &DrillStepSpec::snapshot, "Take a snapshot, or a plain copy."),
        optional("mutate", &DrillStepSpec::mutate, "Change a database of the sandbox."),
        optional("restore", &DrillStepSpec::restore, "Restore a snapshot."),
        optional("check", &DrillStepSpec::check, "Look a snapshot or a database through."),
        optional("compare", &DrillStepSpec::compare, "Compare what two databases hold."),
        optional("sql", &DrillStepSpec::sql, "SQL on a database."),
        optional("run", &DrillStepSpec::run,
                 "Run a program with arguments; it must exit with 0 where expect says nothing."),
        optional("environment", &DrillStepSpec::environment, "Variables that run gets besides."),
        optional("http", &DrillStepSpec::http, "Make this call once."),
        optional("until", &DrillStepSpec::until, "Ask until the answer is as expected."),
        optional("service", &DrillStepSpec::service, "Start, stop or kill a service."),
        optional("wait", &DrillStepSpec::wait, "Do nothing for that long."),
        optional("fault", &DrillStepSpec::fault, "Inject a fault, and see it caught."),
        optional("expect", &DrillStepSpec::expect, "What the answer of sql, run or http must be."),
        optional(
            "save", &DrillStepSpec::save,
            "Values for later steps, by the word they are called: of http, the JSON pointer to the value in the answer (of sql and run \"\", all of it). In a step of its own, a text with words; \"{DATABASE.content}\" keeps what a database holds, to compare with."),
        optional(
            "within", &DrillStepSpec::within,
            "The longest the step may take; 1m for run, 10s for http, else that of the drill.")};
};

struct ScenarioParts {
    std::map<std::string, DrillServiceSpec> services;
    std::vector<DrillStepSpec> hypothesis;
    std::vector<DrillStepSpec> steps;
    std::vector<DrillStepSpec> rollback;
    bool operator==(const ScenarioParts&) const = default;
};
template <>
struct Fields<ScenarioParts> {
    static constexpr std::string_view doc = "What is done.";
    static constexpr auto list = FieldList{
        optional(
            "services", &ScenarioParts::services,
            "Programs that are started for the drill; {NAME} is the address of one. A shipped scenario that starts one by its name is given it here."),
        optional("hypothesis", &ScenarioParts::hypothesis,
                 "Steps that only ask: what must hold before the first step and after the last."),
        optional("steps", &ScenarioParts::steps, "A scenario of one's own, in order."),
        optional("rollback", &ScenarioParts::rollback,
                 "Steps that clean up, run in any case, each of them.")};
};

/// A scenario as it is shipped, in drills/catalog/.
struct ScenarioSpec : ScenarioParts {
    std::string scenario;
    std::string about;
    std::map<std::string, std::string> needs;
    bool operator==(const ScenarioSpec&) const = default;
};
template <>
struct Fields<ScenarioSpec> {
    static constexpr std::string_view doc = "A scenario.";
    static constexpr auto list = join_fields(
        FieldList{
            required("scenario", &ScenarioSpec::scenario, "Its name."),
            required("about", &ScenarioSpec::about, "What it rehearses, in a sentence."),
            optional("needs", &ScenarioSpec::needs,
                     "Words that the drill's with or services must give, and what they are.")},
        Fields<ScenarioParts>::list);
};

/// The acts that a step names, as its keys: "restore". One that only saves values has "save".
std::vector<std::string_view> acts_of(const DrillStepSpec& step);

/// Every text of the step that words are filled into.
std::vector<std::string_view> texts_of(const DrillStepSpec& step);

/// Something of it restores, looks at or names the snapshot that is picked from a store.
bool uses_chosen(const ScenarioParts& parts);

/// The service is started by a step, and not before the first one.
bool is_started_by_step(const ScenarioParts& parts, std::string_view service);

}  // namespace muster
