#include "cli/restore_choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cli/restore_directory.h"
#include "cli/restore_place.h"
#include "engine/codec/documents.h"
#include "engine/codec/nearest.h"
#include "engine/plan/covering_protect.h"
#include "engine/plan/pick_snapshot.h"
#include "engine/plan/snapshot_list.h"
#include "engine/snapshot/commit.h"
#include "reporters/snapshot_table.h"

namespace muster {
namespace {

std::string absolute(const std::string& written) {
    return fs::absolute(written).lexically_normal().string();
}

/// A slip of whoever asks, as against the state of the backups.
bool is_slip(const Reason& why) {
    return why.code == "several_databases" || why.code == "unknown_name" ||
           why.code == "unknown_id";
}

std::string remedy_for(const SnapshotList& list, const Reason& why, const std::string& id) {
    if (why.code == "several_databases") return "name one of them with --name";
    if (why.code == "unproven")
        return "prove one with 'muster apply POLICY', or restore without a proof with --force";
    if (why.code != "unknown_id") return "'muster snapshots' lists what there is";
    std::set<std::string_view> known;
    for (const auto& each : list.snapshots) known.insert(each.id);
    const auto close = codec::suggestion(id, {known.begin(), known.end()});
    return close.empty() ? "'muster snapshots' lists every id" : close;
}

/// One call of choose_restore.
class Choosing {
public:
    Choosing(const Arguments& arguments, const Surroundings& surroundings, Purpose purpose)
        : arguments_(arguments),
          surroundings_(surroundings),
          rehearsed_(purpose == Purpose::rehearsal),
          asked_(arguments.value(restore_operand)) {}

    tl::expected<RestoreChoice, Refusal> choose() {
        MUSTER_REPLY_CHECK(read_flags());
        if (arguments_.has("--policy")) {
            auto policy = policy_of(arguments_.value("--policy"));
            if (!policy) return tl::unexpected<Refusal>{policy.error()};
            out_.policy = *std::move(policy);
            Host host = surroundings_.host;
            host.scratch = state().scratch();
            MUSTER_REPLY_TRY(world_, observe(*out_.policy, state(), host));
        }
        MUSTER_REPLY_CHECK(find_backup());
        if (out_.nothing) return std::move(out_);
        MUSTER_REPLY_CHECK(find_place());
        out_.reason.text = rehearsed_ ? fmt::format("{} is restored into a sandbox{}",
                                                    out_.step.backup, out_.reason.text)
                                      : fmt::format("{} takes the place of {}{}", out_.step.backup,
                                                    out_.step.target, out_.reason.text);
        return std::move(out_);
    }

private:
    StateFolder state() const {
        return state_of(arguments_, out_.policy ? &*out_.policy : nullptr);
    }

    /// Of what no store of the policy holds.
    Duration proof_life() const {
        return out_.policy ? shortest_proof_life(out_.policy->policy) : ProtectSpec{}.proof_expires;
    }

    Result<> read_flags() {
        if (arguments_.value("--pick", "latest") != "latest")
            return fail(ErrorCode::usage,
                        fmt::format("--pick: '{}' is no way to pick", arguments_.value("--pick")),
                        "it takes latest; --before and --id choose another one");
        if (!rehearsed_ && !arguments_.has("--to") && !arguments_.has("--policy"))
            return fail(
                ErrorCode::usage, "restore: --to is missing",
                "name the database to be with --to TARGET, or a policy that knows it with --policy POLICY");
        if (arguments_.has("--to")) out_.step.target = absolute(arguments_.value("--to"));
        if (arguments_.has("--to") && fs::path{out_.step.target}.filename().empty())
            return fail(ErrorCode::usage,
                        fmt::format("--to: '{}' names a folder", arguments_.value("--to")),
                        "name the database file to be");
        rules_.name = arguments_.value("--name");
        rules_.store = arguments_.value("--from");
        rules_.id = arguments_.value("--id");
        rules_.force = rehearsed_ || arguments_.has("--force");
        if (!arguments_.has("--before")) return {};
        MUSTER_TRY(rules_.before, time_of(arguments_, "--before"));
        return {};
    }

    Result<> refuse_flags(std::initializer_list<std::string_view> flags,
                          std::string_view with) const {
        for (const auto flag : flags)
            if (arguments_.has(flag))
                return fail(ErrorCode::usage, fmt::format("{} does not go with {}", flag, with),
                            "leave it out");
        return {};
    }

    Result<> find_backup() {
        rules_.need_proof =
            out_.policy && out_.policy->policy.strictness.unproven_restore == Refusing::refuse;
        const auto named = std::ranges::find(world_.targets, asked_, &TargetFacts::id);
        if (named != world_.targets.end()) {
            target_ = &*named;
            return pick_of_target();
        }
        if (out_.policy && out_.policy->policy.targets.contains(asked_)) return name_a_match();
        std::error_code unreachable;  // reading it as a backup will say so
        if (fs::is_directory(asked_, unreachable)) return pick_in_directory();
        if (out_.policy && !fs::exists(asked_, unreachable)) return unknown_target();
        return take_file();
    }

    Result<> name_a_match() const {
        std::vector<std::string_view> matches;
        for (const auto& target : world_.targets)
            if (target.spec == asked_) matches.emplace_back(target.id);
        return fail(ErrorCode::usage, fmt::format("{} stands for every match of a glob", asked_),
                    "name one of them: " + codec::joined(matches));
    }

    Result<> unknown_target() const {
        codec::Words known;
        for (const auto& target : world_.targets) known.emplace_back(target.id);
        return fail(ErrorCode::usage,
                    fmt::format("{} is neither a target of the policy {} nor a file", asked_,
                                out_.policy->policy.name),
                    codec::suggestion(asked_, known));
    }

    Result<> pick_of_target() {
        MUSTER_CHECK(refuse_flags({"--name"}, "a target of a policy"));
        MUSTER_CHECK(require_store());
        auto list = snapshot_list(out_.policy->policy, world_);
        narrow(list, *target_);
        out_.findings = list.findings;
        return pick_from(list);
    }

    Result<> require_store() const {
        if (rules_.store.empty()) return {};
        const auto& stores = out_.policy->policy.stores;
        codec::Words known;
        for (const auto& [name, spec] : stores) known.emplace_back(name);
        const auto found = stores.find(rules_.store);
        if (found == stores.end())
            return fail(ErrorCode::usage, fmt::format("--from: there is no store {}", rules_.store),
                        codec::suggestion(rules_.store, known));
        if (!found->second.local.empty()) return {};
        return fail(ErrorCode::not_available,
                    fmt::format("--from: this version cannot restore from {} yet", rules_.store),
                    "name a store that is a directory");
    }

    Result<> pick_in_directory() {
        MUSTER_CHECK(refuse_flags({"--from"}, "a directory"));
        const auto directory = absolute(asked_);
        MUSTER_TRY(auto there, backups_in(directory, out_.step.target, state(),
                                          surroundings_.host.now(), proof_life()));
        out_.findings.insert(out_.findings.end(), there.findings.begin(), there.findings.end());
        MUSTER_CHECK(pick_from(there.list));
        if (!there.legacy && picked_ && rules_.id.empty()) {
            MUSTER_TRY(const auto newer,
                       newer_legacy(directory, out_.step.target, *picked_, rules_.before));
            out_.findings.insert(out_.findings.end(), newer.begin(), newer.end());
        }
        if (there.legacy) volume_id_.clear();  // a name is no identity that a place is found by
        return {};
    }

    Result<> pick_from(const SnapshotList& list) {
        const auto pick = pick_snapshot(list, rules_);
        if (!pick.snapshot && is_slip(pick.why))
            return fail(ErrorCode::usage, pick.why.text, remedy_for(list, pick.why, rules_.id));
        for (auto& finding : findings_of(pick, out_.policy.has_value()))
            out_.findings.push_back(std::move(finding));
        if (!pick.snapshot) return nothing_of(list, pick.why);
        out_.step.backup = pick.snapshot->path;
        out_.reason = {pick.why.code, ": " + pick.why.text};
        picked_ = *pick.snapshot;
        volume_id_ = pick.snapshot->volume_id;
        store_ = pick.snapshot->store;
        out_.next = pick.next;
        return {};
    }

    Result<> take_file() {
        MUSTER_CHECK(refuse_flags({"--pick", "--before", "--id", "--from", "--name"},
                                  "a backup by its path"));
        out_.step.backup = absolute(asked_);
        out_.reason = {"asked", ""};
        if (!out_.policy) return {};
        MUSTER_TRY(const auto manifest, read_manifest(out_.step.backup));
        if (manifest) volume_id_ = manifest->volume_id;
        MUSTER_TRY(const auto list, list_of_file());
        const bool known = !list.snapshots.empty();
        store_ = known ? list.snapshots.front().store : "";
        if (known) out_.reason.text = ": " + age_and_proof(list.snapshots.front());
        if (rehearsed_ || (known && list.snapshots.front().proof == ProofState::valid)) return {};
        if (rules_.need_proof && !rules_.force)
            return nothing_of(list, {"unproven", out_.step.backup + " has no valid proof"});
        out_.findings.push_back({"unproven", Severity::warning, Verdict::bad, out_.step.backup,
                                 "it is restored without a valid proof", "", "", "", ""});
        return {};
    }

    /// The backup as the policy's stores know it, else as its folder does.
    Result<SnapshotList> list_of_file() const {
        const auto only = [&](SnapshotList list) {
            std::erase_if(list.snapshots,
                          [&](const auto& each) { return each.path != out_.step.backup; });
            return list;
        };
        auto list = only(snapshot_list(out_.policy->policy, world_));
        if (!list.snapshots.empty()) return list;
        MUSTER_TRY(const auto folder, observe_directory(fs::path{out_.step.backup}.parent_path(),
                                                        state(), surroundings_.host.now()));
        return only(snapshot_list(folder, proof_life()));
    }

    Result<> nothing_of(const SnapshotList& list, const Reason& why) {
        Answer answer;
        MUSTER_TRY(answer.document, to_document(list));
        answer.text = snapshot_table(list);
        for (const auto& finding : out_.findings)
            if (finding.code == "passed_over") answer.text += finding.reason + "\n";
        answer.complaint = fmt::format("muster: {}: {}\n  next: {}\n", why.code, why.text,
                                       remedy_for(list, why, rules_.id));
        answer.text += answer.complaint;
        answer.exit_status = exit_status_of(ErrorCode::damaged);
        out_.nothing = std::move(answer);
        return {};
    }

    Result<> find_place() {
        if (out_.policy && target_ == nullptr) {
            const auto owner = target_of_volume(out_.policy->policy, world_, volume_id_);
            if (!owner && !rehearsed_ && out_.step.target.empty()) return Failure(owner.error());
            if (owner)
                target_ = *owner;
            else  // what tells no volume may be of any target
                out_.step.keys = keys_of(out_.policy->policy);
        }
        if (target_ != nullptr) {
            MUSTER_CHECK(follow_policy(out_.step, out_.policy->policy, *target_, store_));
            out_.spec = out_.policy->policy.targets.at(target_->spec);
            if (!rehearsed_) out_.step.service = service_at(out_.step, *out_.policy, *target_);
        }
        const auto& named = rehearsed_ ? out_.step.backup : out_.step.target;
        out_.target = target_ != nullptr ? target_->id : fs::path{named}.filename().string();
        if (rehearsed_) out_.step.target.clear();
        return {};
    }

    const Arguments& arguments_;
    const Surroundings& surroundings_;
    bool rehearsed_;
    std::string asked_;
    PickRules rules_;
    Observation world_;                    ///< of the policy, where one was named
    const TargetFacts* target_ = nullptr;  ///< of the policy
    std::optional<ListedSnapshot> picked_;
    std::string volume_id_, store_;  ///< of the backup
    RestoreChoice out_;
};

}  // namespace

std::vector<Option> choice_options(Purpose purpose) {
    return {
        {"--policy", "POLICY",
         purpose == Purpose::restore
             ? "restore a target of this policy; without --to to its own place, which the volume id in the manifest names"
             : "TARGET: of this policy; its checks, keys, objective and revision count for any backup of it"},
        {"--from", "STORE", "TARGET: only from this store"},
        {"--pick", "WHICH", "DIR, TARGET: latest, which is also what is picked without it"},
        {"--before", "TIME",
         "DIR, TARGET: the latest taken before TIME (UTC, 2026-11-20T10:15:00Z or 2026-11-20)"},
        {"--id", "KEY", "DIR, TARGET: this one; 'muster snapshots' tells the ids"},
        {"--name", "NAME", "DIR: of this database, by its name or volume id"}};
}

tl::expected<RestoreChoice, Refusal> choose_restore(const Arguments& arguments,
                                                    const Surroundings& surroundings,
                                                    Purpose purpose) {
    return Choosing{arguments, surroundings, purpose}.choose();
}

}  // namespace muster
