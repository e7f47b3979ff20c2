#include "engine/policy/rules/scenario_names.h"

#include <algorithm>
#include <array>

#include "engine/model/policy/scenario_spec.h"
#include "engine/model/words.h"

namespace muster::codec {
namespace {

std::string_view spell_meaning(NameOf meaning) {
    switch (meaning) {
        case NameOf::word: return "a word";
        case NameOf::database: return "a database";
        case NameOf::snapshot: return "a snapshot";
        case NameOf::content: return "a saved content";
        case NameOf::service: return "a service";
    }
    return {};
}

constexpr std::string_view port_suffix = ".port";
constexpr std::string_view content_suffix = ".content";

}  // namespace

void ScenarioNames::give(const std::string& path, const std::string& name, NameOf meaning,
                         RuleReport& report) {
    if (!is_word(name)) {
        report.add(path, fmt::format("{} cannot be a name here", in_quotes(name)),
                   "a letter, then letters, digits and . _ -");
        return;
    }
    constexpr std::array reserved{source_database, chosen_snapshot, std::string_view{"sandbox"},
                                  std::string_view{"seed"}, std::string_view{"muster"}};
    if (std::ranges::find(reserved, name) != reserved.end()) {
        report.add(path, fmt::format("{} has a meaning of its own", in_quotes(name)),
                   "choose another name");
        return;
    }
    const auto [known, fresh] = names_.emplace(name, meaning);
    // A database may be restored again, and a value be saved anew.
    if (!fresh && known->second != meaning)
        report.add(path,
                   fmt::format("{} is {} already", in_quotes(name), spell_meaning(known->second)),
                   "choose another name");
}

void ScenarioNames::need(const std::string& path, const std::string& name,
                         const std::set<NameOf>& meanings, std::string_view what,
                         RuleReport& report) const {
    const auto found = names_.find(name);
    if (found != names_.end() && meanings.contains(found->second)) return;
    if (found != names_.end()) {
        report.add(path, fmt::format("{} is {}, not {}", in_quotes(name),
                                     spell_meaning(found->second), what));
        return;
    }
    if (name == "source" || name == "chosen") {
        report.add(path, fmt::format("this drill has no {}", name),
                   "give the drill targets: which databases are rehearsed");
        return;
    }
    Words known;
    for (const auto& [each, meaning] : names_)
        if (meanings.contains(meaning)) known.emplace_back(each);
    report.add(path,
               meanings.contains(NameOf::service)
                   ? fmt::format("{} is not in services", in_quotes(name))
                   : fmt::format("no step before makes {} {}", what, in_quotes(name)),
               suggestion(name, known));
}

bool ScenarioNames::has_value(const std::string& word, Contents may) const {
    if (const auto found = names_.find(word); found != names_.end())
        return found->second != NameOf::content && word != "source";
    const auto of = [&](std::string_view suffix, NameOf meaning) {
        return word.ends_with(suffix) && is(word.substr(0, word.size() - suffix.size()), meaning);
    };
    return of(port_suffix, NameOf::service) ||
           (may == Contents::named && of(content_suffix, NameOf::database));
}

void ScenarioNames::need_words(const std::string& path, std::string_view text, RuleReport& report,
                               Contents may) const {
    for (const auto& word : words_in(text)) {
        if (has_value(word, may)) continue;
        Words known;
        for (const auto& [each, meaning] : names_)
            if (has_value(each, may)) known.emplace_back(each);
        report.add(path, fmt::format("nothing gives the word {} a value", in_quotes(word)),
                   known.empty() ? "services and saved values are words" : suggestion(word, known));
        return;
    }
}

}  // namespace muster::codec
