#include "engine/policy/rules/scenario_rules.h"

#include <algorithm>

#include "engine/model/fault_catalogue.h"
#include "engine/policy/rules/sections.h"

namespace muster::codec {
namespace {

enum class MayChange { no, yes };

/// Plans and records tell what was asked and how a program was run: no secret may stand there.
bool names_a_secret(std::string name) {
    for (auto& c : name)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    constexpr std::array secrets{"authorization", "cookie", "token",   "secret",
                                 "password",      "passwd", "api-key", "api_key"};
    return std::ranges::any_of(
        secrets, [&](const auto* each) { return name.find(each) != std::string::npos; });
}

void check_headers(const std::string& path, const std::map<std::string, std::string>& headers,
                   RuleReport& report) {
    for (const auto& [header, value] : headers)
        if (names_a_secret(header))
            report.add(child_path(path, header),
                       "a header with a secret would stand in plans and records",
                       "run a program that asks, and takes the secret from its environment: run: "
                       "[sh, ask.sh]");
}

void check_environment(const std::string& path,
                       const std::map<std::string, std::string>& environment,
                       const ScenarioNames& names, RuleReport& report) {
    for (const auto& [variable, value] : environment) {
        const auto where = child_path(path, variable);
        if (names_a_secret(variable))
            report.add(where, "a secret would stand in plans and records",
                       "leave it out: programs inherit what muster's own environment has");
        names.need_words(where, value, report);
    }
}

/// Goes through the steps of one list after the other, as a run does.
class ScenarioRules {
public:
    ScenarioRules(const ScenarioParts& parts, ScenarioNames names, RuleReport& report)
        : parts_(parts), names_(std::move(names)), report_(report) {}

    void check(const std::string& path) {
        for (const auto& [name, service] : parts_.services)
            names_.give(child_path(path + ".services", name), name, NameOf::service, report_);
        for (const auto& [name, service] : parts_.services)
            if (!is_started_by_step(parts_, name))
                check_drill_service(child_path(path + ".services", name), service, names_, report_);
        services_ = path + ".services";
        check_list(path + ".hypothesis", parts_.hypothesis, MayChange::no);
        check_list(path + ".steps", parts_.steps, MayChange::yes);
        check_list(path + ".rollback", parts_.rollback, MayChange::yes);
    }

private:
    void check_list(const std::string& path, const std::vector<DrillStepSpec>& steps,
                    MayChange may) {
        std::set<std::string> names;
        for (std::size_t i = 0; i < steps.size(); ++i) {
            const auto& step = steps[i];
            const auto item = item_path(path, i);
            if (!step.name.empty()) {
                report_.need_name(item + ".name", step.name);
                if (!names.insert(step.name).second)
                    report_.add(item + ".name",
                                fmt::format("two steps are named {}", in_quotes(step.name)),
                                "reports could not tell them apart");
            } else if (may == MayChange::yes) {
                report_.add(item, "the key \"name\" is missing", "name: what reports call it");
            }
            check_step(item, step, may);
        }
    }

    void check_step(const std::string& item, const DrillStepSpec& step, MayChange may) {
        const auto acts = acts_of(step);
        if (acts.empty())
            report_.add(item, "this step does nothing",
                        "give one act: snapshot, mutate, restore, check, compare, sql, run, http, "
                        "until, service, wait, fault or save");
        if (acts.size() > 1)
            report_.add(item + "." + std::string{acts[1]},
                        fmt::format("a step has one act, and this one has {} already", acts[0]),
                        "make two steps of it");
        if (may == MayChange::no && acts.size() == 1) {
            constexpr std::array asking{"check", "compare", "sql", "run", "http", "until"};
            if (std::ranges::find(asking, acts[0]) == asking.end() ||
                (step.sql && !step.sql->change.empty()))
                report_.add(item + "." + std::string{acts[0]}, "a hypothesis only asks",
                            "check, compare, sql with ask, run, http or until");
        }
        check_acts(item, step);
        check_answers(item, step);
        if (step.within) report_.need_time(item + ".within", step.within);
        if (step.within && step.until)
            report_.add(item + ".within", "until has a within of its own", "remove this one");
        if (!step.environment.empty() && step.run.empty())
            report_.add(item + ".environment", "only a step with run has it", "remove it");
        check_environment(item + ".environment", step.environment, names_, report_);
        save_values(item, step);
    }

    void check_acts(const std::string& item, const DrillStepSpec& step) {
        const std::set<NameOf> databases{NameOf::database}, snapshots{NameOf::snapshot};
        if (const auto& act = step.snapshot) {
            names_.need(item + ".snapshot.of", act->of, databases, "a database", report_);
            if (!act->as.empty())
                names_.give(item + ".snapshot.as", act->as, NameOf::snapshot, report_);
            if (!act->to.empty()) give_database(item + ".snapshot.to", act->to);
            if (!act->to.empty() && act->compress != Compression::none)
                report_.add(item + ".snapshot.compress", "a plain copy is not compressed",
                            "use as instead of to");
        }
        if (const auto& act = step.mutate) need_own(item + ".mutate.database", act->database);
        if (const auto& act = step.restore) {
            names_.need(item + ".restore.snapshot", act->snapshot, snapshots, "a snapshot",
                        report_);
            give_database(item + ".restore.to", act->to);
        }
        if (const auto& act = step.check) {
            if (!act->snapshot.empty())
                names_.need(item + ".check.snapshot", act->snapshot, snapshots, "a snapshot",
                            report_);
            if (!act->database.empty()) need_own(item + ".check.database", act->database);
            if (act->rows && act->database.empty())
                report_.add(item + ".check.rows", "only the rows of a database are counted",
                            "check a database");
            if (act->verdict == Verdict::unchecked)
                report_.add(item + ".check.verdict", "nothing can be held to it", "good or bad");
        }
        if (const auto& act = step.compare) {
            need_own(item + ".compare.database", act->database);
            if (act->with == act->database)
                report_.add(item + ".compare.with", "a database is always like itself",
                            "compare with a snapshot, or with a content that was saved before");
            names_.need(item + ".compare.with", act->with,
                        {NameOf::database, NameOf::snapshot, NameOf::content},
                        "a database, snapshot or saved content", report_);
        }
        if (step.sql) check_sql(item + ".sql", *step.sql);
        check_program(item + ".run", step.run);
        if (step.http) check_http(item + ".http", *step.http);
        if (const auto& act = step.until) {
            if (act->http) check_http(item + ".until.http", *act->http);
            if (act->sql) check_sql(item + ".until.sql", *act->sql);
            check_program(item + ".until.run", act->run);
            check_expected(item + ".until.expect", act->expect, act->http.has_value());
            if (act->within == Duration::zero() && !report_.is_broken(item + ".until") &&
                report_.has_place(item + ".until.within"))
                report_.add(item + ".until.within", "must be longer than nothing", "such as 30s");
        }
        if (step.service) check_order(item + ".service", *step.service);
        if (step.wait) report_.need_time(item + ".wait", step.wait);
        if (const auto& act = step.fault) {
            need_own(item + ".fault.database", act->database);
            names_.need(item + ".fault.snapshot", act->snapshot, snapshots, "a snapshot", report_);
            if (act->inject && act->at && find_row(*act->inject, *act->at) == nullptr)
                report_.add(item + ".fault.at",
                            fmt::format("{} does not strike there", name_of(*act->inject)),
                            "leave at out: it is tried wherever it can strike");
        }
    }

    void check_sql(const std::string& item, const SqlAct& act) {
        names_.need(item + ".database", act.database, {NameOf::database}, "a database", report_);
        names_.need_words(item + ".ask", act.ask, report_);
        names_.need_words(item + ".change", act.change, report_);
        if (!act.change.empty() && act.database == source_database)
            report_.add(item + ".change", "a drill never changes the database it is for",
                        "change a copy: snapshot: { to: clone }");
    }

    void check_program(const std::string& item, const std::vector<std::string>& argv) {
        report_.need_program(item, argv);
        for (std::size_t i = 0; i < argv.size(); ++i)
            names_.need_words(item_path(item, i), argv[i], report_);
    }

    void check_http(const std::string& item, const HttpCall& call) {
        check_call(item, call, report_);
        const auto need = [&](const char* key, const std::optional<std::string>& url) {
            if (!url) return;
            names_.need_words(item + key, *url, report_);
            if (url->starts_with("https://"))
                report_.add(item + key, "this version asks over plain http only",
                            "write http://, or run a program that asks: run: [curl, -fsS, URL]");
        };
        need(".get", call.get);
        need(".post", call.post);
        need(".put", call.put);
        need(".delete", call.erase);
        check_headers(item + ".headers", call.headers, report_);
        for (const auto& [header, value] : call.headers)
            names_.need_words(child_path(item + ".headers", header), value, report_);
        if (call.json) names_.need_words(item + ".json", call.json->text, report_);
    }

    void check_order(const std::string& item, const ServiceOrder& order) {
        const auto need = [&](const char* key, const std::string& service) {
            if (service.empty()) return;
            names_.need(item + key, service, {NameOf::service}, "a service", report_);
            // What a step starts may use all that was made before.
            const auto known = parts_.services.find(service);
            if (std::string_view{key} == ".start" && known != parts_.services.end())
                check_drill_service(child_path(services_, service), known->second, names_, report_);
        };
        need(".start", order.start);
        need(".stop", order.stop);
        need(".restart", order.restart);
        need(".kill", order.kill);
    }

    void check_expected(const std::string& item, const AnswerSpec& expect, bool http) {
        if (http)
            check_answer(item, expect, report_);
        else
            for (const auto& [pointer, value] : expect.json)
                report_.need_pointer(child_path(item + ".json", pointer), pointer);
        for (const auto& [pointer, value] : expect.json)
            names_.need_words(child_path(item + ".json", pointer), value.value, report_);
        if (expect.value) names_.need_words(item + ".value", expect.value->value, report_);
    }

    void check_answers(const std::string& item, const DrillStepSpec& step) {
        const bool asks = step.http || !step.run.empty() || (step.sql && step.sql->change.empty());
        if (step.expect) check_expected(item + ".expect", *step.expect, step.http.has_value());
        if (step.expect && step.until)
            report_.add(item + ".expect", "until has an expect of its own", "remove this one");
        else if (step.expect && !asks)
            report_.add(item + ".expect", "this step has no answer",
                        "http, run, and sql with ask have one");
        if (!step.save.empty() && !asks && acts_of(step).front() != "save")
            report_.add(item + ".save", "this step has no answer to save from",
                        "http, run, and sql with ask have one; or make it a step of its own");
    }

    void save_values(const std::string& item, const DrillStepSpec& step) {
        const bool alone = !step.save.empty() && acts_of(step).front() == "save";
        for (const auto& [word, from] : step.save) {
            const auto where = child_path(item + ".save", word);
            auto meaning = NameOf::word;
            if (alone) {
                names_.need_words(where, from, report_, ScenarioNames::Contents::named);
                if (from.starts_with('{') && from.ends_with(".content}")) meaning = NameOf::content;
            } else if (!from.empty()) {
                report_.need_pointer(where, from);
            }
            names_.give(where, word, meaning, report_);
        }
    }

    /// A database of the sandbox.
    void need_own(const std::string& path, const std::string& name) {
        names_.need(path, name, {NameOf::database}, "a database", report_);
        if (name == source_database && names_.is(name, NameOf::database))
            report_.add(path, "a drill works on copies, not on the database it is for",
                        "make one: snapshot: { to: clone }");
    }
    void give_database(const std::string& path, const std::string& name) {
        if (name == source_database)
            report_.add(path, "a drill never writes the database it is for", "choose another name");
        else
            names_.give(path, name, NameOf::database, report_);
    }

    const ScenarioParts& parts_;
    ScenarioNames names_;
    RuleReport& report_;
    std::string services_;
};

}  // namespace

void check_scenario(const std::string& path, const ScenarioParts& parts, ScenarioNames names,
                    RuleReport& report) {
    ScenarioRules{parts, std::move(names), report}.check(path);
}

void check_drill_service(const std::string& path, const DrillServiceSpec& service,
                         const ScenarioNames& names, RuleReport& report) {
    if (service.start.empty()) report.add(path + ".start", "must not be empty", "name a program");
    report.need_program(path + ".start", service.start);
    report.need_time(path + ".stop_within", service.stop_within);
    for (std::size_t i = 0; i < service.start.size(); ++i)
        names.need_words(item_path(path + ".start", i), service.start[i], report);
    check_environment(path + ".environment", service.environment, names, report);
    if (!service.healthy) return;
    check_health(path + ".healthy", *service.healthy, report);
    if (const auto& http = service.healthy->http) {
        check_headers(path + ".healthy.http.headers", http->headers, report);
        if (!http->get || http->json)
            report.add(path + ".healthy.http", "health is asked with get alone",
                       "get: the URL that tells it");
    }
    for (std::size_t i = 0; i < service.healthy->command.size(); ++i)
        names.need_words(item_path(path + ".healthy.command", i), service.healthy->command[i],
                         report);
    if (service.healthy->http && service.healthy->http->get)
        names.need_words(path + ".healthy.http.get", *service.healthy->http->get, report);
}

}  // namespace muster::codec
