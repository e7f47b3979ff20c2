#include <algorithm>
#include <set>

#include "engine/policy/rules/sections.h"

namespace muster::codec {
namespace {

void check_probe(const std::string& path, const ProbeSpec& probe, RuleReport& report) {
    check_call(path + ".http", probe.http, report);
    check_answer(path + ".expect", probe.expect, report);
    report.need_time(path + ".within", probe.within);
}

/// The words of a text in braces that nothing gives a value to.
void check_words(const std::string& path, std::string_view text, const std::set<std::string>& known,
                 RuleReport& report) {
    for (auto at = text.find('{'); at != std::string_view::npos; at = text.find('{', at + 1)) {
        const auto end = text.find('}', at);
        if (end == std::string_view::npos) return;
        const std::string word{text.substr(at + 1, end - at - 1)};
        if (known.contains(word)) continue;
        Words words;
        for (const auto& each : known) words.emplace_back(each);
        report.add(path, fmt::format("nothing gives the word {} a value", in_quotes(word)),
                   known.empty() ? "services and saved values are words" : suggestion(word, words));
        return;
    }
}

void check_call_words(const std::string& path, const HttpCall& call,
                      const std::set<std::string>& known, RuleReport& report) {
    const auto check = [&](const char* key, const std::optional<std::string>& url) {
        if (url) check_words(path + key, *url, known, report);
    };
    check(".get", call.get);
    check(".post", call.post);
    check(".put", call.put);
    check(".delete", call.erase);
}

void check_steps(const std::string& path, const std::vector<DrillStepSpec>& steps,
                 std::set<std::string>& words, RuleReport& report) {
    std::set<std::string> names;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const auto& step = steps[i];
        const auto item = item_path(path, i);
        report.need_name(item + ".name", step.name);
        if (!names.insert(step.name).second)
            report.add(item + ".name", fmt::format("two steps are named {}", in_quotes(step.name)),
                       "reports could not tell them apart");
        if (step.http) {
            check_call(item + ".http", *step.http, report);
            check_call_words(item + ".http", *step.http, words, report);
        }
        if (step.until) {
            check_probe(item + ".until", *step.until, report);
            check_call_words(item + ".until.http", step.until->http, words, report);
            if (!step.until->within)
                report.add(item + ".until.within", "the key \"within\" is missing",
                           "within: how long to wait, such as 30s");
        }
        report.need_program(item + ".run", step.run);
        if (step.expect) check_answer(item + ".expect", *step.expect, report);
        if (step.expect && !step.http)
            report.add(item + ".expect", "only a step with http can have it",
                       "until has an expect of its own");
        if (!step.save.empty() && !step.http)
            report.add(item + ".save", "only a step with http has an answer to save from", "");
        for (const auto& [word, pointer] : step.save) {
            const auto where = child_path(item + ".save", word);
            report.need_name(where, word);
            report.need_pointer(where, pointer);
            words.insert(word);
        }
    }
}

void check_own_scenario(const std::string& path, const DrillSpec& drill, RuleReport& report) {
    std::set<std::string> words;
    for (const auto& [name, service] : drill.services) {
        report.need_name(child_path(path + ".services", name), name);
        words.insert(name);
    }
    for (const auto& [name, service] : drill.services) {
        const auto where = child_path(path + ".services", name);
        check_service(where, service, report);
        if (service.healthy)
            check_call_words(where + ".healthy.http", service.healthy->http, words, report);
    }
    for (std::size_t i = 0; i < drill.hypothesis.size(); ++i) {
        const auto where = item_path(path + ".hypothesis", i);
        check_probe(where, drill.hypothesis[i], report);
        check_call_words(where + ".http", drill.hypothesis[i].http, words, report);
    }
    check_steps(path + ".steps", drill.steps, words, report);
    check_steps(path + ".rollback", drill.rollback, words, report);
}

void check_shipped_scenario(const std::string& path, const DrillSpec& drill, const Policy& policy,
                            RuleReport& report) {
    if (!report.has_place(path + ".targets"))
        report.add(path + ".targets", "the key \"targets\" is missing",
                   "targets: which targets are rehearsed");
    else
        check_selector(path + ".targets", drill.targets, policy, report);
    const auto only_own = [&](bool given, const char* key) {
        if (given)
            report.add(path + "." + key, "only a scenario of one's own has it",
                       "remove it, or give steps instead of scenario");
    };
    only_own(!drill.services.empty(), "services");
    only_own(!drill.hypothesis.empty(), "hypothesis");
    only_own(!drill.rollback.empty(), "rollback");
}

void check_from(const std::string& path, const DrillSpec& drill, const Policy& policy,
                RuleReport& report) {
    const auto& from = *drill.from;
    report.need_known(path + ".store", from.store, "stores", policy.stores);
    report.need_time(path + ".window", from.window);
    if (drill.scenario != Scenario::restore_drill)
        report.add(path, "only the scenario restore-drill restores from a store", "remove it");
    if (from.pick == Pick::random_within && !from.window)
        report.add(path + ".window", "the key \"window\" is missing",
                   "window: how far random_within looks back, such as 30d");
    if (report.is_broken_inside("protect") || !policy.stores.contains(from.store)) return;
    std::set<std::string> kept;
    for (const auto& [name, protect] : policy.protect)
        if (std::ranges::find(protect.stores, from.store) != protect.stores.end())
            for (auto& target : selected_specs(protect.targets, policy))
                kept.insert(std::move(target));
    for (const auto& target : selected_specs(drill.targets, policy))
        if (!kept.contains(target))
            report.add(path + ".store",
                       fmt::format("no snapshots of {} go to the store {}", in_quotes(target),
                                   in_quotes(from.store)),
                       "name a store that a protect writes them to");
}

}  // namespace

void check_call(const std::string& path, const HttpCall& call, RuleReport& report) {
    if (call.get) check_url(path + ".get", *call.get, report);
    if (call.post) check_url(path + ".post", *call.post, report);
    if (call.put) check_url(path + ".put", *call.put, report);
    if (call.erase) check_url(path + ".delete", *call.erase, report);
    if (call.json && call.get)
        report.add(path + ".json", "a get has no body", "use post or put, or remove it");
}

void check_answer(const std::string& path, const HttpAnswer& answer, RuleReport& report) {
    if (answer.status && (*answer.status < 100 || *answer.status > 599))
        report.add(path + ".status", fmt::format("{} is no HTTP status", *answer.status),
                   "they go from 100 to 599");
    for (const auto& [pointer, value] : answer.json)
        report.need_pointer(child_path(path + ".json", pointer), pointer);
}

void check_service(const std::string& path, const ServiceSpec& service, RuleReport& report) {
    if (service.start.empty()) report.add(path + ".start", "must not be empty", "name a program");
    report.need_program(path + ".start", service.start);
    report.need_program(path + ".stop", service.stop);
    if (service.healthy) check_probe(path + ".healthy", *service.healthy, report);
}

void check_drills(const Policy& policy, RuleReport& report) {
    report.need_names("drills", policy.drills, false);
    for (const auto& [name, drill] : policy.drills) {
        const auto path = child_path("drills", name);
        if (drill.scenario)
            check_shipped_scenario(path, drill, policy, report);
        else
            check_own_scenario(path, drill, report);
        if (drill.from) check_from(path + ".from", drill, policy, report);
        if (!drill.runner) continue;
        if (drill.runner->argv.empty())
            report.add(path + ".runner.argv", "must not be empty", "such as [ssh, staging, --]");
        report.need_program(path + ".runner.argv", drill.runner->argv);
        report.need_program(path + ".runner.preflight", drill.runner->preflight);
    }
}

}  // namespace muster::codec
