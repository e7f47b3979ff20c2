#include <algorithm>
#include <set>

#include "engine/plan/selector.h"
#include "engine/policy/rules/sections.h"

namespace muster::codec {
namespace {

bool is_glob(std::string_view path) {
    return path.find_first_of("*?") != std::string_view::npos;
}

void check_volume(const std::string& path, const std::string& name, const TargetSpec& target,
                  std::map<std::string, std::string>& volumes, RuleReport& report) {
    const auto where = target.volume_id ? path + ".volume_id" : path;
    if (target.volume_id) report.need_text(where, *target.volume_id);
    if (target.volume_id && is_glob(target.path()))
        report.add(where, "one volume_id cannot name every match of a glob",
                   "remove it: each match has the identity target/match");
    const auto [other, is_new] = volumes.emplace(target.volume_id.value_or(name), name);
    if (!is_new)
        report.add(where, fmt::format("the target \"{}\" has the same identity", other->second),
                   "a restore finds its place by it: give each target a volume_id of its own");
}

bool names_database(const std::vector<std::string>& argv) {
    return std::ranges::any_of(
        argv, [](const auto& word) { return word.find("{database}") != std::string::npos; });
}

void check_command(const std::string& path, const CheckSpec& check, RuleReport& report) {
    const auto where = path + ".command";
    const auto& argv = check.command;
    report.need_program(where, argv);
    if (argv.front().find('/') != std::string::npos && !argv.front().starts_with('/'))
        report.add(item_path(where, 0),
                   fmt::format("{} is relative, and the program works in a folder of its own",
                               in_quotes(argv.front())),
                   "write its whole path, or the name of a program in PATH");
    if (!names_database(argv))
        report.add(where, "no argument is {database}: it would not look at the database",
                   "write {database} where the program takes the path of a database");
    if (check.expect)
        report.add(path + ".expect", "a command is good when its exit status is 0", "remove it");
    report.need_time(path + ".within", check.within);
}

void check_one_check(const std::string& path, const CheckSpec& check, RuleReport& report) {
    report.need_text(path + ".name", check.name);
    if (check.blobs) {
        report.need_text(path + ".blobs.table", check.blobs->table);
        report.need_text(path + ".blobs.payload", check.blobs->payload);
        report.need_text(path + ".blobs.sha256", check.blobs->sha256);
        if (check.depth != Depth::deep)
            report.add(path, "payloads are read only at depth deep", "add depth: deep");
        if (check.expect)
            report.add(path + ".expect", "blobs are held to their hashes, not to a value",
                       "remove it");
    } else if (!check.command.empty()) {
        check_command(path, check, report);
    } else if (report.has_place(path + ".command")) {
        if (!report.is_broken_inside(path + ".command"))
            report.add(path + ".command", "must not be empty", "name a program");
    } else if (!report.is_broken(path)) {
        report.need_text(path + ".sql", check.sql);
        if (!check.expect)
            report.add(path + ".expect", "the key \"expect\" is missing",
                       "expect: what sql must yield, a value or a comparison such as \">= 1\"");
    }
    if (check.within && check.command.empty())
        report.add(path + ".within", "only a check with command can have it", "remove it");
    if (check.depth < Depth::full)
        report.add(path + ".depth", "checks are asked from depth full on",
                   "write full or deep, or leave it out");
    if (!check.repair) return;
    if (check.blobs || !check.command.empty())
        report.add(path + ".repair", "only a check with sql can be repaired", "remove it");
    report.need_text(path + ".repair.sql", check.repair->sql);
}

void check_checks(const std::string& path, const std::vector<CheckSpec>& checks,
                  RuleReport& report) {
    std::set<std::string> seen;
    for (std::size_t i = 0; i < checks.size(); ++i) {
        const auto item = item_path(path, i);
        check_one_check(item, checks[i], report);
        if (!seen.insert(checks[i].name).second)
            report.add(item + ".name",
                       fmt::format("two checks are named {}", in_quotes(checks[i].name)),
                       "reports could not tell them apart");
    }
}

void check_parts(const std::string& path, const TargetSpec& target, RuleReport& report) {
    for (const auto& [name, part] : target.parts) {
        const auto where = child_path(path, name);
        report.need_name(where, name);
        report.need_text(where, part);
        if (part.starts_with('/') || ("/" + part + "/").find("/../") != std::string::npos)
            report.add(where, fmt::format("{} lies outside of the directory", in_quotes(part)),
                       "a part is a path below it");
    }
}

/// Keys that only the other kind of target knows.
void check_kind(const std::string& path, const TargetSpec& target, RuleReport& report) {
    const auto only = [&](bool given, const char* key, const char* kind) {
        if (given)
            report.add(path + "." + key, fmt::format("only a target with {} can have it", kind),
                       "remove it");
    };
    if (kind_of(target) == TargetKind::directory) {
        only(target.schema_version.has_value(), "schema_version", "sqlite");
        only(target.revision.has_value(), "revision", "sqlite");
        only(target.may_be_empty, "may_be_empty", "sqlite");
        only(!target.checks.empty(), "checks", "sqlite");
    } else {
        only(!target.parts.empty(), "parts", "directory");
        only(target.records.has_value(), "records", "directory");
    }
}

void check_target(const std::string& path, const TargetSpec& target, RuleReport& report) {
    report.need_text(path + (kind_of(target) == TargetKind::sqlite ? ".sqlite" : ".directory"),
                     target.path());
    check_kind(path, target, report);
    report.need_time(path + ".rpo", target.rpo);
    report.need_time(path + ".rto", target.rto);
    if (target.schema_version)
        report.need_text(path + ".schema_version.sql", target.schema_version->sql);
    if (target.revision) report.need_text(path + ".revision.sql", target.revision->sql);
    check_checks(path + ".checks", target.checks, report);
    check_parts(path + ".parts", target, report);
    if (target.records) {
        report.need_text(path + ".records.json", target.records->json);
        report.need_text(path + ".records.pointer", target.records->pointer);
        report.need_pointer(path + ".records.pointer", target.records->pointer);
    }
    if (target.service) check_service_of_target(path + ".service", target, report);
}

}  // namespace

void check_targets(const Policy& policy, RuleReport& report) {
    report.need_names("targets", policy.targets, true);
    std::map<std::string, std::string> volumes;
    for (const auto& [name, target] : policy.targets) {
        const auto path = child_path("targets", name);
        check_target(path, target, report);
        check_volume(path, name, target, volumes, report);
    }
}

namespace {

/// Patterns are held to every target; what a hostile policy makes of that is bounded.
constexpr std::size_t most_comparisons = 5'000'000;

std::string spec_of(const std::string& name) {
    return name.substr(0, name.find('/'));
}

bool too_many_patterns(const TargetSelector& selector, const Policy& policy) {
    const auto patterns = [](const std::vector<std::string>& names) {
        return static_cast<std::size_t>(std::ranges::count_if(names, is_glob));
    };
    return (patterns(selector.names) + patterns(selector.except)) * policy.targets.size() >
           most_comparisons;
}

std::set<std::string> specs_named(const std::vector<std::string>& names, const Policy& policy) {
    std::set<std::string> out;
    for (const auto& name : names) {
        const auto spec = spec_of(name);
        if (!is_glob(spec)) {
            if (policy.targets.contains(spec)) out.insert(spec);
            continue;
        }
        for (const auto& [each, target] : policy.targets)
            if (matches(spec, each)) out.insert(each);
    }
    return out;
}

void check_name(const std::string& path, const std::string& name, const Policy& policy,
                RuleReport& report) {
    const auto spec = spec_of(name);
    auto found = policy.targets.find(spec);
    if (is_glob(spec))
        found = std::ranges::find_if(policy.targets,
                                     [&](const auto& each) { return matches(spec, each.first); });
    if (found == policy.targets.end()) {
        if (is_glob(spec))
            return report.add(path, fmt::format("{} matches nothing in targets", in_quotes(spec)),
                              "correct the pattern, or remove it");
        return report.need_known(path, spec, "targets", policy.targets);
    }
    if (spec.size() != name.size() && !is_glob(found->second.path()))
        report.add(path, fmt::format("{} is one target, not a glob", in_quotes(spec)),
                   fmt::format("write {}", spec));
}

}  // namespace

std::vector<std::string> selected_specs(const TargetSelector& selector, const Policy& policy) {
    if (too_many_patterns(selector, policy)) return {};
    // What is said of single matches of a glob means their target here, and excludes none.
    std::vector<std::string> whole;
    std::ranges::copy_if(selector.except, std::back_inserter(whole),
                         [](const auto& name) { return name.find('/') == std::string::npos; });
    const auto except = specs_named(whole, policy);
    const auto named = specs_named(selector.names, policy);
    std::vector<std::string> out;
    for (const auto& [name, target] : policy.targets)
        if ((selector.names.empty() || named.contains(name)) && !except.contains(name) &&
            (!selector.kind || *selector.kind == kind_of(target)))
            out.push_back(name);
    return out;
}

void check_selector(const std::string& path, const TargetSelector& selector, const Policy& policy,
                    RuleReport& report) {
    if (report.is_broken("targets")) return;
    if (too_many_patterns(selector, policy))
        return report.add(path, "too many patterns for so many targets",
                          "let one pattern stand for several, or name a kind");
    // The list that may stand for the mapping has its items right below.
    const bool short_form = report.has_place(item_path(path, 0));
    for (std::size_t i = 0; i < selector.names.size() && !report.is_full(); ++i)
        check_name(item_path(short_form ? path : path + ".names", i), selector.names[i], policy,
                   report);
    for (std::size_t i = 0; i < selector.except.size() && !report.is_full(); ++i)
        check_name(item_path(path + ".except", i), selector.except[i], policy, report);
    if (report.is_broken_inside(path) || report.found_inside(path)) return;
    if (selector.names.empty() && !selector.kind && selector.except.empty())
        report.add(path, "must not be empty", "name at least one of targets");
    else if (selected_specs(selector, policy).empty())
        report.add(path, "means no target", "loosen it, or remove what it is for");
}

}  // namespace muster::codec
