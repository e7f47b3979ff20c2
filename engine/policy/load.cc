#include "engine/policy/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "engine/codec/draft.h"
#include "engine/codec/overlay.h"
#include "engine/codec/source_text.h"
#include "engine/codec/tree_builder.h"
#include "engine/codec/utf8.h"
#include "engine/policy/fill.h"
#include "engine/policy/gather.h"
#include "engine/policy/rules/check_policy.h"

namespace muster {
namespace {

using codec::Mapping;

constexpr std::size_t most_values = 200'000;

/// Lays every entry of `section` over what `defaults` has for it.
template <class Entry>
void add_defaults(Mapping& sections, std::string_view section, const LoadedPolicy& loaded,
                  Problems& problems) {
    const auto* defaults = codec::find(sections, "defaults");
    const auto* all = defaults ? std::get_if<Mapping>(&defaults->value) : nullptr;
    const auto* common = all ? codec::find(*all, section) : nullptr;
    const auto entries = std::ranges::find(sections, section, &codec::Member::key);
    if (common == nullptr || entries == sections.end()) return;
    auto* named = std::get_if<Mapping>(&entries->value.value);
    if (named == nullptr) return;
    if (codec::count_nodes(*common) * named->size() > most_values) {
        const auto& at = common->place;
        problems.push_back(
            {loaded.sources.at(static_cast<std::size_t>(at.source)).file, at.line, at.column,
             codec::child_path("defaults", section),
             fmt::format("with them {} would have more than {} values", section, most_values),
             "give fewer"});
        return;
    }
    for (auto& entry : *named) entry.value = codec::overlay<Entry>(*common, entry.value);
}

/// By file in the order they were read, then by place; what is told of one
/// place by several paths, as with defaults, only once.
void put_in_order(Problems& problems, const std::vector<PolicySource>& sources) {
    const auto rank = [&](const Problem& problem) {
        return std::ranges::find(sources, problem.file, &PolicySource::file) - sources.begin();
    };
    std::ranges::stable_sort(problems, {}, [&](const Problem& problem) {
        return std::tuple{rank(problem), problem.line, problem.column};
    });
    std::set<std::tuple<std::string, int, int, std::string>> seen;
    std::erase_if(problems, [&](const Problem& problem) {
        return !seen.emplace(problem.file, problem.line, problem.column, problem.message).second;
    });
}

/// A policy on one enormous line would be told again with each problem.
constexpr std::size_t longest_line = 1000;

void add_lines(Problems& problems, const std::vector<PolicySource>& sources) {
    for (const auto& source : sources) {
        const codec::LineIndex lines{codec::without_byte_order_mark(source.text)};
        for (auto& problem : problems)
            if (problem.file == source.file && problem.line > 0 &&
                lines.line(problem.line).size() <= longest_line)
                problem.source_line = codec::well_formed(lines.line(problem.line));
    }
}

Zone zone_of(const Policy& policy, const PolicyInputs& inputs, const LoadedPolicy& loaded,
             Problems& problems) {
    if (!inputs.zone) return {};
    auto zone = inputs.zone(policy.timezone);
    if (zone) return *std::move(zone);
    const auto found = loaded.places.find("timezone");
    const auto at = found == loaded.places.end() ? TextPlace{} : found->second;
    problems.push_back({loaded.sources.at(static_cast<std::size_t>(at.source)).file, at.line,
                        at.column, "timezone", zone.error().message, zone.error().hint});
    return {};
}

}  // namespace

LoadedPolicy load_policy(const std::string& file, const PolicyInputs& inputs) {
    LoadedPolicy loaded;
    auto gathered = codec::gather(file, inputs);
    loaded.sources = std::move(gathered.sources);
    loaded.problems = std::move(gathered.problems);
    // A part that could not be read would make the rest look wrong.
    if (gathered.root && loaded.problems.empty()) {
        auto& root = *gathered.root;
        if (auto* sections = std::get_if<Mapping>(&root.value)) {
            add_defaults<TargetSpec>(*sections, "targets", loaded, loaded.problems);
            add_defaults<ProtectSpec>(*sections, "protect", loaded, loaded.problems);
        }
        codec::drop_removed(root);
        codec::fill_tree(root, inputs, loaded.sources, loaded.problems, loaded.filled);
        std::vector<std::string> files;
        for (const auto& source : loaded.sources) files.push_back(source.file);
        auto draft = codec::draft_from_tree<Policy>(std::move(root), std::move(files),
                                                    codec::Author::person);
        loaded.places = std::move(draft.places);
        std::ranges::move(draft.problems, std::back_inserter(loaded.problems));
        auto& policy = draft.value;
        const auto zone = zone_of(policy, inputs, loaded, loaded.problems);
        auto senseless = codec::check_policy(policy, zone, loaded);
        std::ranges::move(senseless, std::back_inserter(loaded.problems));
        // What they say has gone into the other sections.
        policy.vars.clear();
        policy.defaults.reset();
        loaded.policy = std::move(policy);
    }
    put_in_order(loaded.problems, loaded.sources);
    add_lines(loaded.problems, loaded.sources);
    if (!loaded.problems.empty()) loaded.policy.reset();
    return loaded;
}

std::string canonical_text(const Policy& policy) {
    return to_line(policy);
}

}  // namespace muster
