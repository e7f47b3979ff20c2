// How the rules of a policy tell what is broken, and the rules that many keys
// share.
#pragma once

#include <fmt/format.h>

#include <map>
#include <string>
#include <vector>

#include "engine/base/time.h"
#include "engine/codec/nearest.h"
#include "engine/codec/node.h"
#include "engine/codec/tree_builder.h"
#include "engine/policy/load.h"

namespace muster::codec {

class RuleReport {
public:
    explicit RuleReport(const LoadedPolicy& loaded) : loaded_(loaded) {}

    /// At the place of `path`, or of what holds it. Nothing where decoding has
    /// complained already.
    void add(const std::string& path, std::string message, std::string hint = {});

    /// So many that nobody reads on: nothing is added any more.
    bool is_full() const;
    /// Decoding found a problem there or above.
    bool is_broken(const std::string& path) const;
    /// Decoding found a problem there, above or below.
    bool is_broken_inside(const std::string& path) const;

    /// A rule has complained there, or below.
    bool found_inside(const std::string& path) const;
    /// Something was written at exactly this path.
    bool has_place(const std::string& path) const { return loaded_.places.contains(path); }

    void need_text(const std::string& path, std::string_view text);
    /// The same, on one line: it is printed to terminals.
    void need_line(const std::string& path, std::string_view text);
    /// Longer than nothing, where it is given.
    void need_time(const std::string& path, const std::optional<Duration>& duration);
    /// A program at the front, where the list is not empty.
    void need_program(const std::string& path, const std::vector<std::string>& argv);
    /// A JSON pointer (RFC 6901).
    void need_pointer(const std::string& path, std::string_view pointer);
    void need_name(const std::string& path, std::string_view name);

    /// The keys of a section are good names; `needed`: there is at least one.
    template <class Value>
    void need_names(const std::string& section, const std::map<std::string, Value>& map,
                    bool needed) {
        if (map.empty() && needed) add(section, "must not be empty");
        for (const auto& [name, value] : map) need_name(child_path(section, name), name);
    }
    /// Each of `names` is a key of the section.
    template <class Value>
    void need_known(const std::string& path, const std::vector<std::string>& names,
                    const std::string& section, const std::map<std::string, Value>& map) {
        if (names.empty()) add(path, "must not be empty", "name at least one of " + section);
        for (std::size_t i = 0; i < names.size(); ++i)
            need_known(item_path(path, i), names[i], section, map);
    }
    template <class Value>
    void need_known(const std::string& path, const std::string& name, const std::string& section,
                    const std::map<std::string, Value>& map) {
        if (is_full() || is_broken(section) || map.contains(name)) return;
        Words known;
        for (const auto& [each, value] : map) known.emplace_back(each);
        add(path, fmt::format("{} is not in {}", in_quotes(name), section),
            suggestion(name, known));
    }

    Problems take() { return std::move(problems_); }

private:
    TextPlace place_of(std::string path) const;

    const LoadedPolicy& loaded_;
    Problems problems_;
};

}  // namespace muster::codec
