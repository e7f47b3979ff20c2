#include <algorithm>
#include <set>

#include "engine/model/words.h"
#include "engine/policy/rules/scenario_rules.h"
#include "engine/policy/rules/sections.h"
#include "engine/policy/scenarios.h"

namespace muster::codec {
namespace {

/// What every scenario can use: its words, and what its drill gives it.
ScenarioNames names_of(const std::string& path, const DrillSpec& drill, RuleReport& report) {
    ScenarioNames names;
    for (const auto word : {"sandbox", "seed", "muster"}) names.give(word, NameOf::word);
    if (drill.targets != TargetSelector{}) {
        names.give(std::string{source_database}, NameOf::database);
        names.give(std::string{chosen_snapshot}, NameOf::snapshot);
    }
    for (const auto& [word, value] : drill.with)
        names.give(child_path(path + ".with", word), word, NameOf::word, report);
    return names;
}

bool used_by_services(const std::string& word, const DrillSpec& drill) {
    const auto names_it = [&](std::string_view text) {
        const auto words = words_in(text);
        return std::ranges::find(words, word) != words.end();
    };
    return std::ranges::any_of(drill.services, [&](const auto& each) {
        const auto& service = each.second;
        return std::ranges::any_of(service.start, names_it) ||
               std::ranges::any_of(service.environment,
                                   [&](const auto& one) { return names_it(one.second); });
    });
}

/// Whether everything the scenario asks for is given. Complains of that, and of what it does not
/// know.
bool check_needs(const std::string& path, const DrillSpec& drill, RuleReport& report) {
    const auto& scenario = scenario_of(*drill.scenario);
    bool all = true;
    for (const auto& [word, about] : scenario.needs) {
        if (drill.with.contains(word) || drill.services.contains(word)) continue;
        all = false;
        report.add(path + ".scenario",
                   fmt::format("{} needs {}", name_of(*drill.scenario), in_quotes(word)),
                   fmt::format("give it by with or services: {}", about));
    }
    Words known;
    for (const auto& [word, about] : scenario.needs) known.emplace_back(word);
    for (const auto& [word, value] : drill.with)
        if (!scenario.needs.contains(word) && !used_by_services(word, drill))
            report.add(
                child_path(path + ".with", word),
                fmt::format("{} has no use for {}", name_of(*drill.scenario), in_quotes(word)),
                suggestion(word, known));
    return all;
}

void check_own_scenario(const std::string& path, const DrillSpec& drill, RuleReport& report) {
    if (drill.steps.empty())
        report.add(path + ".steps", "must not be empty", "a drill without steps proves nothing");
    check_scenario(path, drill, names_of(path, drill, report), report);
}

/// That something runs shows nothing: it must work, and on the restored database.
void check_app(const std::string& path, const DrillSpec& drill, RuleReport& report) {
    const auto app = drill.services.find("app");
    if (app == drill.services.end()) {
        report.add(path.substr(0, path.rfind('.')), "app-boots starts the application itself",
                   "services: { app: { start: [...], healthy: ... } }");
        return;
    }
    const auto names_it = [](std::string_view text) {
        const auto words = words_in(text);
        return std::ranges::find(words, "restored") != words.end();
    };
    if (std::ranges::none_of(app->second.start, names_it) &&
        std::ranges::none_of(app->second.environment,
                             [&](const auto& each) { return names_it(each.second); }))
        report.add(path, "nothing tells the application where the restored database lies",
                   "{restored} among the words of start, or in environment");
    if (!app->second.healthy)
        report.add(path, "the key \"healthy\" is missing", "healthy: how to see that it works");
}

void check_shipped_scenario(const std::string& path, const DrillSpec& drill, RuleReport& report) {
    if (!report.has_place(path + ".targets") && drill.scenario != Scenario::queue_recovery)
        report.add(path + ".targets", "the key \"targets\" is missing",
                   "targets: which targets are rehearsed");
    const auto only_own = [&](bool given, const char* key) {
        if (given)
            report.add(path + "." + key, "only a scenario of one's own has it",
                       "remove it, or give steps instead of scenario");
    };
    only_own(!drill.hypothesis.empty(), "hypothesis");
    only_own(!drill.rollback.empty(), "rollback");
    const bool needs_targets =
        drill.targets == TargetSelector{} && drill.scenario != Scenario::queue_recovery;
    // What it lacks makes every step look wrong that would use it.
    if (!check_needs(path, drill, report) || needs_targets) return;
    if (drill.scenario == Scenario::before_time &&
        !(drill.from && (drill.from->before || drill.from->older_than || !drill.from->id.empty())))
        report.add(path + ".scenario", "before-time needs to know before what",
                   "from: with before, older_than or id");
    if (drill.scenario == Scenario::app_boots) check_app(path + ".services.app", drill, report);
    auto names = names_of(path, drill, report);
    // A service that a step of the scenario starts may use what the steps before have made.
    auto scenario = scenario_of(*drill.scenario);
    scenario.services = drill.services;
    for (const auto& [word, about] : scenario.needs)
        if (!drill.services.contains(word)) names.give(word, NameOf::word);
    check_scenario(path, scenario, std::move(names), report);
}

void check_from(const std::string& path, const DrillSpec& drill, const Policy& policy,
                RuleReport& report) {
    const auto& from = *drill.from;
    if (!from.store.empty())
        report.need_known(path + ".store", from.store, "stores", policy.stores);
    report.need_time(path + ".window", from.window);
    report.need_time(path + ".older_than", from.older_than);
    if (!uses_chosen(drill))
        report.add(path, "this scenario restores nothing from a store", "remove it");
    if (from.pick == Pick::random_within && !from.window)
        report.add(path + ".window", "the key \"window\" is missing",
                   "window: how far random_within looks back, such as 30d");
    if (from.pick == Pick::latest && from.window)
        report.add(path + ".window", "only random_within has a window",
                   "pick: random_within, or remove it");
    const int ways = (from.pick == Pick::random_within ? 1 : 0) + (from.before ? 1 : 0) +
                     (from.older_than ? 1 : 0) + (from.id.empty() ? 0 : 1);
    if (ways > 1)
        report.add(path, "these do not go together",
                   "one of pick: random_within, before, older_than, id");
    if (report.is_broken_inside("protect")) return;
    std::set<std::string> kept;
    for (const auto& [name, protect] : policy.protect)
        if (from.store.empty() ||
            std::ranges::find(protect.stores, from.store) != protect.stores.end())
            for (auto& target : selected_specs(protect.targets, policy))
                kept.insert(std::move(target));
    if (!from.store.empty() && !policy.stores.contains(from.store)) return;
    for (const auto& target : selected_specs(drill.targets, policy))
        if (!kept.contains(target))
            report.add(from.store.empty() ? path : path + ".store",
                       fmt::format(
                           "no snapshots of {} go to {}", in_quotes(target),
                           from.store.empty() ? "any store" : "the store " + in_quotes(from.store)),
                       "name a store that a protect writes them to");
}

void check_rows(const std::string& path, const RowsSpec& rows, RuleReport& report) {
    if (!(rows.may_shrink >= 0 && rows.may_shrink <= 1))
        report.add(path + ".may_shrink", "must be from 0 to 1", "0.1 is a tenth");
    if (!(rows.may_grow_per_day >= 0))
        report.add(path + ".may_grow_per_day", "must not be negative", "1 is as many again");
}

}  // namespace

void check_drills(const Policy& policy, RuleReport& report) {
    report.need_names("drills", policy.drills, false);
    for (const auto& [name, drill] : policy.drills) {
        const auto path = child_path("drills", name);
        if (drill.targets != TargetSelector{} ||
            (drill.scenario && report.has_place(path + ".targets")))
            check_selector(path + ".targets", drill.targets, policy, report);
        report.need_time(path + ".within", drill.within);
        if (drill.rows) check_rows(path + ".rows", *drill.rows, report);
        if (drill.scenario)
            check_shipped_scenario(path, drill, report);
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
