#include "engine/plan/pick_snapshot.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace muster {
namespace {

bool is_proven(const ListedSnapshot& each) {
    return each.proof == ProofState::valid;
}

std::string proof_text(const ListedSnapshot& each) {
    switch (each.proof) {
        case ProofState::valid: return "proof valid until " + format_time(*each.proof_expires_at);
        case ProofState::expired: return "proof expired " + format_time(*each.proof_expires_at);
        case ProofState::bad: return "found bad";
        case ProofState::never: break;
    }
    return "not proven";
}

/// What no rule of whoever asks can make good.
std::optional<Reason> unfit(const ListedSnapshot& each, bool asked_for) {
    switch (each.state) {
        case SnapshotState::unfinished:
        case SnapshotState::broken:
            return Reason{std::string{name_of(each.state)},
                          fmt::format("{}: {}", name_of(each.state), each.detail)};
        case SnapshotState::foreign:
            if (!asked_for)
                return Reason{"foreign",
                              fmt::format("taken of {}: only --id takes it", each.source)};
            break;
        case SnapshotState::complete: break;
    }
    if (each.proof == ProofState::bad) return Reason{"bad", "its last verification found it bad"};
    return std::nullopt;
}

std::optional<Reason> never_newest(const ListedSnapshot& each) {
    if (!each.created_at) return Reason{"unreadable_time", "its time is unreadable"};
    if (!each.age)
        return Reason{"future_time",
                      fmt::format("dated in the future, {}: the clock was wrong, then or now",
                                  format_time(*each.created_at))};
    return std::nullopt;
}

using Candidates = std::vector<const ListedSnapshot*>;

/// What is asked for, whatever it is worth; newest first, unknown times before them.
Candidates candidates(const SnapshotList& list, const PickRules& rules) {
    Candidates out;
    for (const auto& each : list.snapshots) {
        const bool named = rules.name.empty() || each.target == rules.name ||
                           each.volume_id == rules.name || each.volume_id.empty();
        const bool identified = rules.id.empty() || each.id == rules.id || each.path == rules.id;
        const bool in_time = !rules.before || !each.created_at || *each.created_at < *rules.before;
        const bool in_store = rules.store.empty() || each.store == rules.store;
        if (named && identified && in_time && in_store) out.push_back(&each);
    }
    std::ranges::stable_sort(out, [](const auto* a, const auto* b) {
        const auto rank = [](const auto* each) {
            return std::tuple{each->created_at.value_or(Time::max()), is_proven(*each),
                              std::string_view{each->id}};
        };
        return rank(b) < rank(a);
    });
    return out;
}

/// The first two that may be taken; those before the first are passed over.
SnapshotPick first_fit(const Candidates& all, const PickRules& rules, bool need_proof) {
    SnapshotPick out;
    for (const auto* each : all) {
        auto why = unfit(*each, !rules.id.empty());
        if (!why && rules.id.empty()) why = never_newest(*each);
        if (!why && need_proof && !is_proven(*each)) why = Reason{"unproven", proof_text(*each)};
        if (!why && out.snapshot) {
            out.next = *each;
            break;
        }
        if (!why)
            out.snapshot = *each;
        else if (!out.snapshot)
            out.passed_over.push_back({*each, *std::move(why)});
    }
    return out;
}

std::string joined(const std::vector<std::string>& names) {
    return fmt::format("{}", fmt::join(names, ", "));
}

Reason why_none(const SnapshotList& list, const PickRules& rules, const SnapshotPick& pick) {
    const auto only_unproven = [](const PassedOver& each) { return each.why.code == "unproven"; };
    if (std::ranges::any_of(pick.passed_over, only_unproven))
        return {"unproven", "no snapshot that could be restored has a valid proof"};
    if (!pick.passed_over.empty())
        return {"no_snapshot",
                fmt::format("none of {} snapshots can be restored", pick.passed_over.size())};
    if (!rules.id.empty())
        return {"unknown_id", fmt::format("there is no snapshot with the id {}", rules.id)};
    if (list.snapshots.empty()) return {"no_snapshot", "there is no snapshot"};
    std::string asked;
    if (!rules.store.empty()) asked += fmt::format(" in store {}", rules.store);
    if (rules.before) asked += fmt::format(" before {}", format_time(*rules.before));
    return {"no_snapshot", fmt::format("there is no snapshot{}", asked)};
}

std::string why_this(const ListedSnapshot& snapshot, const PickRules& rules) {
    auto out = rules.id.empty() ? std::string{"the newest snapshot"}
                                : std::string{"the snapshot asked for"};
    if (!snapshot.target.empty()) out += " of " + snapshot.target;
    if (rules.before) out += " before " + format_time(*rules.before);
    return fmt::format("{} in {}, {}", out, snapshot.store, age_and_proof(snapshot));
}

/// Nothing where it is clear which database is meant.
std::optional<Reason> unclear_database(const SnapshotList& list, const PickRules& rules) {
    if (!rules.id.empty()) return std::nullopt;
    std::set<std::string_view> volumes;
    bool known = rules.name.empty();
    for (const auto& each : list.snapshots) {
        const bool named = each.target == rules.name || each.volume_id == rules.name;
        known = known || named;
        if (!each.volume_id.empty() && (rules.name.empty() || named))
            volumes.insert(each.volume_id);
    }
    const auto there = joined(databases_in(list));
    if (!known && !list.snapshots.empty())
        return Reason{"unknown_name",
                      fmt::format("there is no snapshot of a database {}; there are: {}",
                                  rules.name, there.empty() ? "none" : there)};
    if (volumes.size() < 2) return std::nullopt;
    return Reason{"several_databases",
                  fmt::format("there are snapshots of several databases: {}", there)};
}

}  // namespace

SnapshotPick pick_snapshot(const SnapshotList& list, const PickRules& rules) {
    if (auto unclear = unclear_database(list, rules))
        return {std::nullopt, *std::move(unclear), std::nullopt, {}};
    const auto all = candidates(list, rules);
    auto pick = first_fit(all, rules, rules.need_proof);
    if (!pick.snapshot && rules.need_proof && rules.force) pick = first_fit(all, rules, false);
    if (!pick.snapshot)
        pick.why = why_none(list, rules, pick);
    else
        pick.why = {rules.id.empty() ? "newest" : "asked", why_this(*pick.snapshot, rules)};
    return pick;
}

std::vector<std::string> databases_in(const SnapshotList& list) {
    std::set<std::string> names;
    for (const auto& each : list.snapshots) {
        if (each.volume_id.empty()) continue;
        names.insert(each.target == each.volume_id || each.target.empty()
                         ? each.volume_id
                         : fmt::format("{} ({})", each.target, each.volume_id));
    }
    return {names.begin(), names.end()};
}

std::string age_and_proof(const ListedSnapshot& snapshot) {
    return fmt::format("{}, {}",
                       snapshot.age ? spell_duration(*snapshot.age) + " old" : "of an unsure time",
                       proof_text(snapshot));
}

Findings findings_of(const SnapshotPick& pick, bool policy_asks_for_proof) {
    Findings out;
    const auto add = [&](std::string code, Severity severity, Verdict verdict,
                         const ListedSnapshot& of, std::string reason) {
        out.push_back(
            {std::move(code), severity, verdict, of.path, std::move(reason), "", "", "", ""});
    };
    for (const auto& each : pick.passed_over)
        add("passed_over", Severity::warning, Verdict::bad, each.snapshot,
            fmt::format("passed over {}: {}", each.snapshot.id, each.why.text));
    if (!pick.snapshot) return out;
    add("pick", Severity::info, Verdict::good, *pick.snapshot, pick.why.text);
    if (policy_asks_for_proof && !is_proven(*pick.snapshot))
        add("unproven", Severity::warning, Verdict::bad, *pick.snapshot,
            fmt::format("it is restored without a valid proof: {}", proof_text(*pick.snapshot)));
    return out;
}

}  // namespace muster
