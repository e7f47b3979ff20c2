#include "reporters/retention_table.h"

#include <fmt/format.h>

#include <algorithm>

namespace muster {
namespace {

std::string_view word_for(Fate fate) {
    switch (fate) {
        case Fate::keep: return "keep";
        case Fate::remove: return "REMOVE";
        case Fate::blocked: return "BLOCKED";
    }
    return "";
}

std::string what_it_is(const JudgedSnapshot& snapshot) {
    return fmt::format(
        "{}{}", snapshot.worth == Worth::bad ? std::string_view{"BAD"} : name_of(snapshot.worth),
        snapshot.pinned ? ", pinned" : "");
}

std::string total_text(const RetentionTotal& total) {
    auto out =
        fmt::format("keep {} ({}), REMOVE {} ({})", total.kept, spell_bytes(total.kept_bytes),
                    total.removed, spell_bytes(total.removed_bytes));
    if (total.blocked > 0)
        out += fmt::format(", BLOCKED {} ({})", total.blocked, spell_bytes(total.blocked_bytes));
    return out;
}

/// Columns that are wide enough for every row of a group.
class RetentionColumns {
public:
    explicit RetentionColumns(const RetentionGroup& group) {
        for (const auto& each : group.snapshots) {
            if (each.local) local_ = std::max(local_, each.local->size() + 2);
            key_ = std::max(key_, each.key.size());
            is_ = std::max(is_, what_it_is(each).size());
        }
    }

    std::string row(const JudgedSnapshot& each) const {
        std::string reasons;
        for (const auto& reason : each.reasons)
            reasons += (reasons.empty() ? "" : "; ") + reason.text;
        return fmt::format("  {:<20}{:>{}}  {:>10}  {:<{}}  {:<7}  {:<{}}  {}\n",
                           each.created_at ? format_time(*each.created_at) : "time unknown",
                           each.local.value_or(""), local_, spell_bytes(each.bytes),
                           what_it_is(each), is_, word_for(each.fate), each.key, key_, reasons);
    }

private:
    std::size_t local_ = 0, key_ = 0, is_ = 0;
};

std::string group_text(const RetentionGroup& group) {
    auto out = fmt::format("\n{} in {}", group.target.empty() ? "of no known target" : group.target,
                           group.store);
    if (!group.job.empty()) out += fmt::format(" ({})", group.job);
    out += fmt::format(": {}{}\n", group.rules, group.need_proof ? "; only proven ones count" : "");
    if (!group.source.empty()) out += fmt::format("  snapshots of {}\n", group.source);
    if (group.blocked) out += fmt::format("  BLOCKED: {}\n", group.blocked->text);
    const RetentionColumns columns{group};
    for (const auto& each : group.snapshots) out += columns.row(each);
    if (group.snapshots.empty()) return out + "  no snapshots\n";
    return out + fmt::format("  {}\n", total_text(group.total));
}

}  // namespace

std::string retention_table(const RetentionReport& report) {
    auto out = fmt::format(
        "What stays and what goes by {}, as of {}, time zone {}\n",
        report.policy_name.empty() ? "the rules given" : "the policy " + report.policy_name,
        format_time(report.at), report.timezone);
    if (!report.directory.empty()) out += fmt::format("in {}\n", report.directory);
    for (const auto& group : report.groups) out += group_text(group);
    if (report.groups.empty())
        out +=
            report.directory.empty() ? "\nNo keep rules: everything stays.\n" : "\nNo snapshots.\n";
    out += fmt::format("\nIn all: {}\n", total_text(report.total));
    return out + other_files_line(report) + "Nothing was changed.\n";
}

std::string other_files_line(const RetentionReport& report) {
    const auto count = report.other_files.size();
    if (count == 0) return "";
    return fmt::format("{} other file{} left alone\n", count, count == 1 ? " was" : "s were");
}

}  // namespace muster
