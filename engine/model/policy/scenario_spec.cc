#include "engine/model/policy/scenario_spec.h"

#include <algorithm>

#include "engine/model/words.h"

namespace muster {

std::vector<std::string_view> acts_of(const DrillStepSpec& step) {
    std::vector<std::string_view> out;
    const auto add = [&](bool named, std::string_view act) {
        if (named) out.push_back(act);
    };
    add(step.snapshot.has_value(), "snapshot");
    add(step.mutate.has_value(), "mutate");
    add(step.restore.has_value(), "restore");
    add(step.check.has_value(), "check");
    add(step.compare.has_value(), "compare");
    add(step.sql.has_value(), "sql");
    add(!step.run.empty(), "run");
    add(step.http.has_value(), "http");
    add(step.until.has_value(), "until");
    add(step.service.has_value(), "service");
    add(step.wait.has_value(), "wait");
    add(step.fault.has_value(), "fault");
    if (out.empty()) add(!step.save.empty(), "save");
    return out;
}

std::vector<std::string_view> texts_of(const DrillStepSpec& step) {
    std::vector<std::string_view> out;
    const auto add_call = [&](const HttpCall& call) {
        for (const auto* url : {&call.get, &call.post, &call.put, &call.erase})
            if (*url) out.emplace_back(**url);
        for (const auto& [header, value] : call.headers) out.emplace_back(value);
        if (call.json) out.emplace_back(call.json->text);
    };
    const auto add_answer = [&](const AnswerSpec& answer) {
        for (const auto& [pointer, value] : answer.json) out.emplace_back(value.value);
        if (answer.value) out.emplace_back(answer.value->value);
    };
    const auto add_sql = [&](const SqlAct& sql) {
        out.emplace_back(sql.ask);
        out.emplace_back(sql.change);
    };
    for (const auto& word : step.run) out.emplace_back(word);
    for (const auto& [variable, value] : step.environment) out.emplace_back(value);
    if (step.http) add_call(*step.http);
    if (step.sql) add_sql(*step.sql);
    if (step.expect) add_answer(*step.expect);
    if (step.until) {
        if (step.until->http) add_call(*step.until->http);
        if (step.until->sql) add_sql(*step.until->sql);
        for (const auto& word : step.until->run) out.emplace_back(word);
        add_answer(step.until->expect);
    }
    if (acts_of(step) == std::vector<std::string_view>{"save"})
        for (const auto& [word, text] : step.save) out.emplace_back(text);
    return out;
}

bool uses_chosen(const ScenarioParts& parts) {
    const auto names_it = [](std::string_view text) {
        const auto words = words_in(text);
        return std::ranges::find(words, chosen_snapshot) != words.end();
    };
    const auto uses = [&](const DrillStepSpec& step) {
        return (step.restore && step.restore->snapshot == chosen_snapshot) ||
               (step.check && step.check->snapshot == chosen_snapshot) ||
               (step.compare && step.compare->with == chosen_snapshot) ||
               (step.fault && step.fault->snapshot == chosen_snapshot) ||
               std::ranges::any_of(texts_of(step), names_it);
    };
    for (const auto* list : {&parts.hypothesis, &parts.steps, &parts.rollback})
        if (std::ranges::any_of(*list, uses)) return true;
    return std::ranges::any_of(parts.services, [&](const auto& each) {
        return std::ranges::any_of(each.second.start, names_it) ||
               std::ranges::any_of(each.second.environment,
                                   [&](const auto& one) { return names_it(one.second); });
    });
}

bool is_started_by_step(const ScenarioParts& parts, std::string_view service) {
    return std::ranges::any_of(parts.steps, [&](const auto& step) {
        return step.service && step.service->start == service;
    });
}

}  // namespace muster
