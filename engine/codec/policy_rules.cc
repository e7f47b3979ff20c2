#include "engine/codec/policy_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include "engine/codec/layout_rule.h"
#include "engine/codec/nearest.h"
#include "engine/codec/node.h"
#include "engine/codec/tree_builder.h"

namespace muster::codec {
namespace {

constexpr int known_version = 1;
constexpr std::size_t longest_name = 100;

template <class Value>
Words names_in(const std::map<std::string, Value>& map) {
    Words names;
    for (const auto& [name, value] : map) names.emplace_back(name);
    return names;
}

bool is_name(std::string_view name) {
    const auto is_alphanumeric = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    return !name.empty() && name.size() <= longest_name && is_alphanumeric(name.front()) &&
           std::ranges::all_of(name, [&](char c) {
               return is_alphanumeric(c) || c == '.' || c == '_' || c == '-';
           });
}

bool is_glob(std::string_view path) {
    return path.find_first_of("*?") != std::string_view::npos;
}

class Rules {
public:
    Rules(const Policy& policy, const Problems& shape,
          const std::map<std::string, TextPlace>& places, const std::string& file)
        : policy_(policy), shape_(shape), places_(places), file_(file) {}

    Problems check() {
        check_head();
        check_stores();
        check_targets();
        check_protect();
        check_drills();
        check_all_protected();
        return std::move(problems_);
    }

private:
    // -- telling ---------------------------------------------------------------------------------
    void report(const std::string& path, std::string message, std::string hint) {
        if (is_broken(path)) return;
        const auto [line, column] = place_of(path);
        problems_.push_back({file_, line, column, path, std::move(message), std::move(hint)});
    }

    /// Decoding found a problem there or above.
    bool is_broken(const std::string& path) const {
        return std::ranges::any_of(
            shape_, [&](const Problem& problem) { return holds(problem.path, path); });
    }
    /// Decoding found a problem there, above or below.
    bool is_broken_inside(const std::string& path) const {
        return is_broken(path) || std::ranges::any_of(shape_, [&](const Problem& problem) {
                   return holds(path, problem.path);
               });
    }
    static bool holds(const std::string& outer, const std::string& inner) {
        return inner.starts_with(outer) &&
               (outer.empty() || inner.size() == outer.size() || inner[outer.size()] == '.' ||
                inner[outer.size()] == '[');
    }

    TextPlace place_of(std::string path) const {
        while (true) {
            if (const auto found = places_.find(path); found != places_.end()) return found->second;
            if (path.empty()) return {};
            const auto cut = path.find_last_of(".[");
            path.erase(cut == std::string::npos ? 0 : cut);
        }
    }

    // -- rules that many keys share --------------------------------------------------------------
    void need_text(const std::string& path, std::string_view text) {
        if (text.find_first_not_of(" \t\r\n") == std::string_view::npos)
            report(path, "must not be empty", "give a value");
    }
    void need_path(const std::string& path, std::string_view text) {
        need_text(path, text);
        if (text.find("${") != std::string_view::npos)
            report(path, "this build does not fill in ${…}", "write the path out");
    }
    void need_time(const std::string& path, const std::optional<Duration>& duration) {
        if (duration && *duration <= Duration::zero()) report(path, "must be longer than 0", "");
    }
    template <class Value>
    void check_names(const std::string& section, const std::map<std::string, Value>& map,
                     bool needed) {
        if (map.empty() && needed) report(section, "must not be empty", "");
        for (const auto& [name, value] : map)
            if (!is_name(name))
                report(child_path(section, name),
                       fmt::format("{} is not a good name", in_quotes(name)),
                       fmt::format(
                           "up to {} letters, digits and . _ -, beginning with a letter or digit",
                           longest_name));
    }
    template <class Value>
    void check_references(const std::string& path, const std::vector<std::string>& names,
                          const std::string& section, const std::map<std::string, Value>& map) {
        if (names.empty()) report(path, "must not be empty", "name at least one of " + section);
        if (is_broken(section)) return;
        const Words known = names_in(map);
        for (std::size_t i = 0; i < names.size(); ++i)
            if (!map.contains(names[i]))
                report(item_path(path, i),
                       fmt::format("{} is not in {}", in_quotes(names[i]), section),
                       suggestion(names[i], known));
    }

    // -- the sections ----------------------------------------------------------------------------
    void check_head() {
        if (policy_.muster != known_version)
            report("muster",
                   fmt::format("this build does not know version {} of the policy language",
                               policy_.muster),
                   fmt::format("write {}, or use a build that knows it", known_version));
        need_text("name", policy_.name);
        if (const auto& file = policy_.reports.handoff.markdown)
            need_path("reports.handoff.markdown", *file);
        if (const auto& state = policy_.audit.state) need_path("audit.state", *state);
    }

    void check_stores() {
        check_names("stores", policy_.stores, true);
        std::map<std::string, std::string> seen;
        for (const auto& [name, store] : policy_.stores) {
            const auto path = child_path("stores", name);
            need_path(path + ".local", store.local);
            if (const auto complaint = complaint_about_layout(store.layout))
                report(path + ".layout", complaint->message, complaint->hint);
            const auto folder =
                (std::filesystem::path{store.local} / "").lexically_normal().string();
            const auto [other, is_new] = seen.emplace(folder, name);
            if (!is_new)
                report(path + ".local",
                       fmt::format("the store \"{}\" has the same directory", other->second),
                       "two copies in one place are one copy");
        }
    }

    void check_targets() {
        check_names("targets", policy_.targets, true);
        std::map<std::string, std::string> volumes;
        for (const auto& [name, target] : policy_.targets) {
            const auto path = child_path("targets", name);
            need_path(path + ".sqlite", target.sqlite);
            need_time(path + ".rpo", target.rpo);
            need_time(path + ".rto", target.rto);
            if (target.schema_version)
                need_text(path + ".schema_version.sql", target.schema_version->sql);
            if (target.revision) need_text(path + ".revision.sql", target.revision->sql);
            check_volume(path, name, target, volumes);
            check_checks(path + ".checks", target.checks);
        }
    }

    void check_volume(const std::string& path, const std::string& name, const TargetSpec& target,
                      std::map<std::string, std::string>& volumes) {
        const auto where = target.volume_id ? path + ".volume_id" : path;
        if (target.volume_id) need_text(where, *target.volume_id);
        if (target.volume_id && is_glob(target.sqlite))
            report(where, "one volume_id cannot name every match of a glob",
                   "remove it: each match has the identity target/match");
        const auto [other, is_new] = volumes.emplace(target.volume_id.value_or(name), name);
        if (!is_new)
            report(where, fmt::format("the target \"{}\" has the same identity", other->second),
                   "a restore finds its place by it: give each target a volume_id of its own");
    }

    void check_checks(const std::string& path, const std::vector<CheckSpec>& checks) {
        std::set<std::string> seen;
        for (std::size_t i = 0; i < checks.size(); ++i) {
            const auto item = item_path(path, i);
            need_text(item + ".name", checks[i].name);
            need_text(item + ".sql", checks[i].sql);
            if (!seen.insert(checks[i].name).second)
                report(item + ".name",
                       fmt::format("two checks are named {}", in_quotes(checks[i].name)),
                       "reports could not tell them apart");
        }
    }

    void check_protect() {
        check_names("protect", policy_.protect, true);
        std::map<std::pair<std::string, std::string>, std::string> seen;
        for (const auto& [name, protect] : policy_.protect) {
            const auto path = child_path("protect", name);
            check_references(path + ".targets", protect.targets, "targets", policy_.targets);
            check_references(path + ".stores", protect.stores, "stores", policy_.stores);
            need_time(path + ".proof_expires", protect.proof_expires);
            need_time(path + ".snapshot.max_writer_pause", protect.snapshot.max_writer_pause);
            if (protect.keep) check_keep(path + ".keep", *protect.keep);
            check_pairs(path, name, protect, seen);
        }
    }

    /// A target's snapshots in one store have one set of rules.
    void check_pairs(const std::string& path, const std::string& name, const ProtectSpec& protect,
                     std::map<std::pair<std::string, std::string>, std::string>& seen) {
        for (std::size_t i = 0; i < protect.targets.size(); ++i)
            for (const auto& store : protect.stores) {
                const auto& target = protect.targets[i];
                const auto [other, is_new] = seen.emplace(std::pair{target, store}, name);
                if (is_new) continue;
                report(item_path(path + ".targets", i),
                       fmt::format("{} goes to the store {} twice: protect.{} says so already",
                                   in_quotes(target), in_quotes(store), other->second),
                       "one target in one store has one protection");
            }
    }

    void check_keep(const std::string& path, const KeepSpec& keep) {
        const auto need_count = [&](const char* key, const std::optional<int>& count) {
            if (count && *count < 1)
                report(path + key, "must be at least 1",
                       "leave the key out to do without this rule");
        };
        need_count(".last", keep.last);
        need_count(".daily", keep.daily);
        if (!keep.last && !keep.daily)
            report(path, "keeps nothing: it has no rule",
                   "give last or daily; without keep everything stays");
    }

    void check_drills() {
        check_names("drills", policy_.drills, false);
        for (const auto& [name, drill] : policy_.drills)
            check_references(child_path("drills", name) + ".targets", drill.targets, "targets",
                             policy_.targets);
    }

    void check_all_protected() {
        std::set<std::string> protected_targets;
        if (is_broken("protect")) return;
        for (const auto& [name, protect] : policy_.protect) {
            if (is_broken_inside(child_path("protect", name) + ".targets")) return;
            protected_targets.insert(protect.targets.begin(), protect.targets.end());
        }
        for (const auto& [name, target] : policy_.targets)
            if (!protected_targets.contains(name))
                report(child_path("targets", name), "is protected by nothing",
                       "name it in the targets of a protect");
    }

    const Policy& policy_;
    const Problems& shape_;
    const std::map<std::string, TextPlace>& places_;
    const std::string& file_;
    Problems problems_;
};

}  // namespace

Problems check_policy(const Policy& policy, const Problems& shape,
                      const std::map<std::string, TextPlace>& places, const std::string& file) {
    return Rules{policy, shape, places, file}.check();
}

}  // namespace muster::codec
