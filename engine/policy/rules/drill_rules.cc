#include <algorithm>
#include <set>

#include "engine/policy/rules/sections.h"

namespace muster::codec {
namespace {

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
        if (service.healthy && service.healthy->http)
            check_call_words(where + ".healthy.http", *service.healthy->http, words, report);
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
