// What a scenario has given a name so far, while its steps are gone through in order.
#pragma once

#include <map>
#include <set>
#include <string>

#include "engine/policy/rules/rule_report.h"

namespace muster::codec {

/// What a name stands for. In a text, a word is its value, a database and a snapshot are their
/// paths, and a service is its address.
enum class NameOf { word, database, snapshot, content, service };

class ScenarioNames {
public:
    /// Gives `name` a meaning; complains where it has another one, or cannot stand in braces.
    void give(const std::string& path, const std::string& name, NameOf meaning, RuleReport& report);
    /// The same without a place of its own: words that every scenario has.
    void give(const std::string& name, NameOf meaning) { names_[name] = meaning; }

    /// `name` must stand for one of `meanings` by now; `what` says so: "a database".
    void need(const std::string& path, const std::string& name, const std::set<NameOf>& meanings,
              std::string_view what, RuleReport& report) const;
    /// {DATABASE.content} is no text, and only saved.
    enum class Contents { none, named };
    /// Each word in the braces of `text` must have a value by now.
    void need_words(const std::string& path, std::string_view text, RuleReport& report,
                    Contents may = Contents::none) const;

    bool is(const std::string& name, NameOf meaning) const {
        const auto found = names_.find(name);
        return found != names_.end() && found->second == meaning;
    }

private:
    bool has_value(const std::string& word, Contents may) const;

    std::map<std::string, NameOf> names_;
};

}  // namespace muster::codec
