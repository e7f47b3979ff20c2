#include <algorithm>
#include <set>

#include "engine/policy/rules/sections.h"

namespace muster::codec {
namespace {

void check_keep(const std::string& path, const KeepSpec& keep, RuleReport& report) {
    const auto need_count = [&](const char* key, const std::optional<int>& count) {
        if (count && *count < 1)
            report.add(path + key, "must be at least 1",
                       "leave the key out to do without this rule");
    };
    need_count(".last", keep.last);
    need_count(".hourly", keep.hourly);
    need_count(".daily", keep.daily);
    need_count(".weekly", keep.weekly);
    need_count(".monthly", keep.monthly);
    need_count(".yearly", keep.yearly);
    need_count(".min_count", keep.min_count);
    report.need_time(path + ".within", keep.within);
    report.need_time(path + ".max_age", keep.max_age);
    if (keep.max_total && keep.max_total->count == 0)
        report.add(path + ".max_total", "removes everything but the newest proven snapshot",
                   "give the bytes that may be used");
    const auto without_min_count = [&] {
        auto other = keep;
        other.min_count.reset();
        return other;
    };
    if (without_min_count() == KeepSpec{})
        report.add(path,
                   keep.min_count ? "removes nothing: min_count stands above rules and caps, "
                                    "and there are none"
                                  : "has no rule",
                   "give a rule such as last or daily, or a cap; without keep everything stays");
    if (keep.within && keep.max_age && *keep.max_age < *keep.within)
        report.add(path + ".within",
                   fmt::format("keeps {}, and max_age removes what is older than {}",
                               spell_duration(*keep.within), spell_duration(*keep.max_age)),
                   "let max_age be the longer one");
}

void check_snapshot(const std::string& path, const SnapshotSpec& snapshot, RuleReport& report) {
    report.need_time(path + ".max_writer_pause", snapshot.max_writer_pause);
    report.need_time(path + ".full_every", snapshot.full_every);
    if (snapshot.full_every && snapshot.kind == SnapshotKind::full)
        report.add(path + ".full_every", "every snapshot is full already",
                   "remove it, or write kind: auto");
    if (snapshot.encrypt) check_secret(path + ".encrypt", *snapshot.encrypt, report);
    if (snapshot.encrypt && snapshot.encrypt->optional)
        report.add(path + ".encrypt.optional",
                   "without the key the snapshot would be written in the clear", "remove it");
    for (std::size_t i = 0; i < snapshot.decrypt.size(); ++i)
        check_secret(fmt::format("{}.decrypt[{}]", path, i), snapshot.decrypt[i], report);
}

/// A name that tells of another format than the file has would mislead whoever restores by hand.
void check_extensions(const std::string& path, const ProtectSpec& protect, const Policy& policy,
                      RuleReport& report) {
    const auto& snapshot = protect.snapshot;
    const auto extension = extension_of(snapshot.compress, snapshot.encrypt.has_value());
    for (const auto& name : protect.stores) {
        const auto store = policy.stores.find(name);
        if (store == policy.stores.end()) continue;
        const std::string_view layout = store->second.layout;
        for (const std::string_view ending : {".gz", ".zst", ".enc"})
            if (layout.ends_with(ending) && !(layout.ends_with(extension) && !extension.empty()))
                report.add(path + ".stores",
                           fmt::format("the layout of {} ends in {}, and these snapshots are {}",
                                       in_quotes(name), ending,
                                       extension.empty() ? "plain databases" : "*" + extension),
                           "leave the ending out of the layout: the format adds its own");
    }
}

/// A target's snapshots in one store have one set of rules, and one writer.
void check_pairs(const std::string& path, const std::string& name, const ProtectSpec& protect,
                 const Policy& policy,
                 std::map<std::pair<std::string, std::string>, std::string>& seen,
                 RuleReport& report) {
    // Parts of one glob may be protected differently; the planner sees whether they overlap.
    auto whole = protect.targets;
    const auto is_part = [](const auto& each) { return each.find('/') != std::string::npos; };
    if (std::erase_if(whole.names, is_part) > 0 && whole.names.empty()) return;
    if (std::ranges::any_of(whole.except, is_part)) return;
    for (const auto& target : selected_specs(whole, policy))
        for (const auto& store : protect.stores) {
            const auto [other, is_new] = seen.emplace(std::pair{target, store}, name);
            if (is_new) continue;
            report.add(path + ".targets",
                       fmt::format("{} goes to the store {} twice: protect.{} says so already",
                                   in_quotes(target), in_quotes(store), other->second),
                       "one target in one store has one protection");
        }
}

}  // namespace

void check_protect(const Policy& policy, RuleReport& report) {
    report.need_names("protect", policy.protect, true);
    std::map<std::pair<std::string, std::string>, std::string> seen;
    for (const auto& [name, protect] : policy.protect) {
        const auto path = child_path("protect", name);
        check_selector(path + ".targets", protect.targets, policy, report);
        report.need_known(path + ".stores", protect.stores, "stores", policy.stores);
        report.need_time(path + ".proof_expires", protect.proof_expires);
        if (protect.read_all_within)
            report.need_time(path + ".read_all_within", *protect.read_all_within);
        check_snapshot(path + ".snapshot", protect.snapshot, report);
        check_extensions(path, protect, policy, report);
        if (protect.keep) check_keep(path + ".keep", *protect.keep, report);
        check_pairs(path, name, protect, policy, seen, report);
    }
    if (report.is_broken("protect")) return;
    std::set<std::string> covered;
    for (const auto& [name, protect] : policy.protect) {
        const auto targets = child_path("protect", name) + ".targets";
        if (report.is_broken_inside(targets) || report.found_inside(targets)) return;
        for (auto& target : selected_specs(protect.targets, policy))
            covered.insert(std::move(target));
    }
    for (const auto& [name, target] : policy.targets)
        if (!covered.contains(name))
            report.add(child_path("targets", name), "is protected by nothing",
                       "name it in the targets of a protect");
}

void check_maintain(const Policy& policy, RuleReport& report) {
    report.need_names("maintain", policy.maintain, false);
    for (const auto& [name, maintain] : policy.maintain) {
        const auto path = child_path("maintain", name);
        check_selector(path + ".targets", maintain.targets, policy, report);
        if (!maintain.compact && maintain.repair == RepairMode::none)
            report.add(path, "does nothing", "give compact, or repair: safe");
        if (!maintain.compact) continue;
        const auto& compact = *maintain.compact;
        if (compact.min_free_ratio && (*compact.min_free_ratio < 0 || *compact.min_free_ratio > 1))
            report.add(path + ".compact.min_free_ratio", "is no part of a whole",
                       "give a number from 0 to 1, such as 0.2");
        if (compact.limit && *compact.limit < 1)
            report.add(path + ".compact.limit", "must be at least 1", "");
    }
}

}  // namespace muster::codec
