#include "reporters/snapshot_table.h"

#include <fmt/format.h>

#include <algorithm>

namespace muster {
namespace {

std::string_view word_for(SnapshotState state) {
    switch (state) {
        case SnapshotState::complete: return "complete";
        case SnapshotState::unfinished: return "UNFINISHED";
        case SnapshotState::broken: return "BROKEN";
        case SnapshotState::foreign: return "foreign";
    }
    return "";
}

std::string proof_text(const ListedSnapshot& each) {
    switch (each.proof) {
        case ProofState::valid: return "PROVEN until " + format_time(*each.proof_expires_at);
        case ProofState::expired: return "expired " + format_time(*each.proof_expires_at);
        case ProofState::bad: return "BAD";
        case ProofState::never: break;
    }
    return "not proven";
}

std::string age_text(const ListedSnapshot& each) {
    if (each.age) return spell_duration(*each.age);
    return each.created_at ? "in the future" : "unknown";
}

/// Columns that are wide enough for every row.
class SnapshotColumns {
public:
    explicit SnapshotColumns(const SnapshotList& list) {
        for (const auto& each : list.snapshots) {
            age_ = std::max(age_, age_text(each).size());
            state_ = std::max(state_, word_for(each.state).size());
            proof_ = std::max(proof_, proof_text(each).size());
        }
    }

    std::string row(const ListedSnapshot& each) const {
        auto out = fmt::format("  {:<20}  {:>{}}  {:>10}  {:<{}}  {:<{}}  {}{}\n",
                               each.created_at ? format_time(*each.created_at) : "time unknown",
                               age_text(each), age_, spell_bytes(each.bytes), word_for(each.state),
                               state_, proof_text(each), proof_, each.id,
                               each.pinned ? "  pinned: " + *each.pinned : "");
        if (!each.told_by.empty())
            out += fmt::format("  {:<20}  what changed since {}\n", "", each.told_by);
        if (!each.detail.empty()) out += fmt::format("  {:<20}  {}\n", "", each.detail);
        return out;
    }

private:
    std::size_t age_ = 0, state_ = 0, proof_ = 0;
};

bool of_one_group(const ListedSnapshot& a, const ListedSnapshot& b) {
    return a.target == b.target && a.store == b.store &&
           (a.target.empty() || (a.source == b.source && a.volume_id == b.volume_id));
}

std::string head_of(const ListedSnapshot& first) {
    if (first.target.empty()) return fmt::format("\nof no known target in {}\n", first.store);
    auto out = fmt::format("\n{} in {}", first.target, first.store);
    if (!first.volume_id.empty() && first.volume_id != first.target)
        out += fmt::format(" (volume {})", first.volume_id);
    if (!first.source.empty()) out += fmt::format(", of {}", first.source);
    return out + "\n";
}

std::string total_of(const SnapshotList& list) {
    Bytes bytes;
    for (const auto& each : list.snapshots) bytes += each.bytes;
    const auto proven = std::ranges::count_if(list.snapshots, [](const auto& each) {
        return each.state == SnapshotState::complete && each.proof == ProofState::valid;
    });
    return fmt::format("\nIn all: {} snapshot{}, {}; {} proven now\n", list.snapshots.size(),
                       list.snapshots.size() == 1 ? "" : "s", spell_bytes(bytes), proven);
}

}  // namespace

std::string snapshot_table(const SnapshotList& list) {
    auto out = fmt::format(
        "Snapshots {}, as of {}\n",
        list.directory.empty() ? "of the policy " + list.policy_name : "in " + list.directory,
        format_time(list.at));
    for (const auto& finding : list.findings)
        out += fmt::format("UNCHECKED {}: {}\n", finding.code, finding.reason);
    const SnapshotColumns columns{list};
    for (std::size_t i = 0; i < list.snapshots.size(); ++i) {
        const auto& each = list.snapshots[i];
        if (i == 0 || !of_one_group(list.snapshots[i - 1], each)) out += head_of(each);
        out += columns.row(each);
    }
    if (list.snapshots.empty()) return out + "\nNo snapshots.\n";
    return out + total_of(list);
}

}  // namespace muster
